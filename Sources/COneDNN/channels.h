// Channels that are joined, and dealt anew.

#pragma once

#include "choice.h"

// The channels of all sources, one behind the other. The library has one implementation at most for
// these, so there is none to choose.
static inline dnnl_status_t conednn_concatenate(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, int count,
    const dnnl_memory_desc_t *sources, const dnnl_memory_desc_t *destination) {
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_status_t status = conednn_attributes(&attributes, conednn_no_activation());
    if (status != dnnl_success) return status;
    status = dnnl_concat_primitive_desc_create(
        result, destination, count, 1, sources, attributes, engine);
    dnnl_primitive_attr_destroy(attributes);
    return status;
}

// The first channel of each group, then the second of each, and so on; `size` channels are a group.
// The library has reference code for this layout alone, which moves numbers as fast as a loop can.
static inline dnnl_status_t conednn_shuffle(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, int64_t size,
    const dnnl_memory_desc_t *data) {
    dnnl_shuffle_desc_t operation;
    dnnl_status_t status =
        dnnl_shuffle_forward_desc_init(&operation, dnnl_forward_inference, data, 1, size);
    if (status != dnnl_success) return status;
    return conednn_choose(result, &operation, conednn_first, conednn_no_activation(), engine, NULL);
}
