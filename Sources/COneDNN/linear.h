// Fully connected layers, which the library calls inner products, and their derivatives.

#pragma once

#include "choice.h"

// The layouts of a layer's operands and result; of a derivative's, those of the values that it is a
// derivative by.
typedef struct {
    dnnl_memory_desc_t source, weights, bias, destination;
    bool has_bias;
} conednn_linear;

static inline dnnl_status_t conednn_linear_forward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const conednn_linear *layer,
    conednn_activation activation) {
    dnnl_inner_product_desc_t operation;
    dnnl_status_t status = dnnl_inner_product_forward_desc_init(
        &operation, dnnl_forward_training, &layer->source, &layer->weights,
        layer->has_bias ? &layer->bias : NULL, &layer->destination);
    if (status != dnnl_success) return status;
    conednn_preference preference =
        conednn_has_odd_sums(&layer->source, 1) ? conednn_odd_sums : conednn_first;
    return conednn_choose(result, &operation, preference, activation, engine, NULL);
}

static inline dnnl_status_t conednn_linear_backward_source(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const conednn_linear *layer) {
    dnnl_inner_product_desc_t operation;
    dnnl_status_t status = dnnl_inner_product_backward_data_desc_init(
        &operation, &layer->source, &layer->weights, &layer->destination);
    if (status != dnnl_success) return status;
    conednn_preference preference =
        conednn_has_odd_sums(&layer->destination, 1) ? conednn_odd_sums : conednn_first;
    return conednn_choose(
        result, &operation, preference, conednn_no_activation(), engine, forward);
}

static inline dnnl_status_t conednn_linear_backward_weights(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const conednn_linear *layer) {
    dnnl_inner_product_desc_t operation;
    dnnl_status_t status = dnnl_inner_product_backward_weights_desc_init(
        &operation, &layer->source, &layer->weights, layer->has_bias ? &layer->bias : NULL,
        &layer->destination);
    if (status != dnnl_success) return status;
    return conednn_choose(
        result, &operation, conednn_first, conednn_no_activation(), engine, forward);
}
