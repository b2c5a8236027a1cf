// The layouts that primitives want, and copies from one to another.

#pragma once

#include "attributes.h"

// The layout that a primitive wants for an argument, or a zero layout where it has none.
static inline dnnl_memory_desc_t conednn_layout(
    const_dnnl_primitive_desc_t descriptor, int argument) {
    const dnnl_memory_desc_t *layout =
        dnnl_primitive_desc_query_md(descriptor, dnnl_query_exec_arg_md, argument);
    dnnl_memory_desc_t none;
    memset(&none, 0, sizeof none);
    return layout ? *layout : none;
}

static inline dnnl_status_t conednn_reorder(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const dnnl_memory_desc_t *source,
    const dnnl_memory_desc_t *destination) {
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_status_t status = conednn_attributes(&attributes, conednn_no_activation());
    if (status != dnnl_success) return status;
    status = dnnl_reorder_primitive_desc_create(
        result, source, engine, destination, engine, attributes);
    dnnl_primitive_attr_destroy(attributes);
    return status;
}
