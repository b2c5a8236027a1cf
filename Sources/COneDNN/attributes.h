// What every primitive here has, and the activation that it may apply to its result.

#pragma once

#include "library.h"

// A function of one number that the library applies to a result.
typedef struct {
    // `dnnl_alg_kind_undef` for none.
    dnnl_alg_kind_t kind;
    // As a layer of its own whose derivative is found from the result; the same as `kind` where
    // that is found from the source.
    dnnl_alg_kind_t kind_of_layer;
    float alpha, beta;
    // What it is a function of: `scale · x + shift`.
    float scale, shift;
} conednn_activation;

static inline conednn_activation conednn_no_activation(void) {
    return (conednn_activation){dnnl_alg_kind_undef, dnnl_alg_kind_undef, 0, 0, 1, 0};
}

// Whether it is a function of something else than x itself.
static inline bool conednn_is_scaled(conednn_activation activation) {
    return activation.scale != 1 || activation.shift != 0;
}

// Attributes that every primitive here has: scratch memory comes from the caller, and an activation
// may be applied to the result.
static inline dnnl_status_t conednn_attributes(
    dnnl_primitive_attr_t *result, conednn_activation activation) {
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_status_t status = dnnl_primitive_attr_create(&attributes);
    if (status != dnnl_success) return status;
    status = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
    if (status == dnnl_success && activation.kind != dnnl_alg_kind_undef) {
        dnnl_post_ops_t operations = NULL;
        status = dnnl_post_ops_create(&operations);
        if (status == dnnl_success && conednn_is_scaled(activation))
            status = dnnl_post_ops_append_eltwise(
                operations, 1.0f, dnnl_eltwise_linear, activation.scale, activation.shift);
        if (status == dnnl_success)
            status = dnnl_post_ops_append_eltwise(
                operations, 1.0f, activation.kind, activation.alpha, activation.beta);
        if (status == dnnl_success)
            status = dnnl_primitive_attr_set_post_ops(attributes, operations);
        if (operations) dnnl_post_ops_destroy(operations);
    }
    if (status == dnnl_success) *result = attributes;
    else dnnl_primitive_attr_destroy(attributes);
    return status;
}
