// What is computed element by element.

#pragma once

#include "choice.h"

static inline dnnl_status_t conednn_activation_forward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, conednn_activation activation,
    const dnnl_memory_desc_t *data) {
    dnnl_eltwise_desc_t operation;
    dnnl_status_t status = dnnl_eltwise_forward_desc_init(
        &operation, dnnl_forward_training, activation.kind_of_layer, data, activation.alpha,
        activation.beta);
    if (status != dnnl_success) return status;
    return conednn_choose(
        result, &operation, conednn_first, conednn_no_activation(), engine, NULL);
}

static inline dnnl_status_t conednn_activation_backward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    conednn_activation activation, const dnnl_memory_desc_t *data) {
    dnnl_eltwise_desc_t operation;
    dnnl_status_t status = dnnl_eltwise_backward_desc_init(
        &operation, activation.kind_of_layer, data, data, activation.alpha, activation.beta);
    if (status != dnnl_success) return status;
    return conednn_choose(
        result, &operation, conednn_first, conednn_no_activation(), engine, forward);
}

// `scale · x + shift`.
static inline dnnl_status_t conednn_scale(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, float scale, float shift,
    const dnnl_memory_desc_t *data) {
    conednn_activation linear = conednn_no_activation();
    linear.kind = linear.kind_of_layer = dnnl_eltwise_linear;
    linear.alpha = scale;
    linear.beta = shift;
    return conednn_activation_forward(result, engine, linear, data);
}

// The second operand may be of one element along dimensions where the first has more.
static inline dnnl_status_t conednn_binary(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, bool multiplies,
    const dnnl_memory_desc_t *first, const dnnl_memory_desc_t *second) {
    dnnl_binary_desc_t operation;
    dnnl_status_t status = dnnl_binary_desc_init(
        &operation, multiplies ? dnnl_binary_mul : dnnl_binary_add, first, second, first);
    if (status != dnnl_success) return status;
    return conednn_choose(result, &operation, conednn_first, conednn_no_activation(), engine, NULL);
}
