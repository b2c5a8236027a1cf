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

static inline dnnl_status_t conednn_binary(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, bool multiplies,
    const dnnl_memory_desc_t *data) {
    dnnl_binary_desc_t operation;
    dnnl_status_t status = dnnl_binary_desc_init(
        &operation, multiplies ? dnnl_binary_mul : dnnl_binary_add, data, data, data);
    if (status != dnnl_success) return status;
    return conednn_choose(result, &operation, conednn_first, conednn_no_activation(), engine, NULL);
}
