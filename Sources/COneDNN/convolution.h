// Convolutions and their derivatives.

#pragma once

#include "choice.h"

// The layouts of a convolution's operands and result; of a derivative's, those of the values that it
// is a derivative by. Stride and padding are the same in both directions.
typedef struct {
    dnnl_memory_desc_t source, weights, bias, destination;
    bool has_bias;
    int64_t stride, padding;
} conednn_convolution;

static inline dnnl_status_t conednn_convolution_forward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const conednn_convolution *layer,
    conednn_activation activation) {
    dnnl_dims_t strides = {layer->stride, layer->stride}, paddings = {layer->padding, layer->padding};
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = dnnl_convolution_forward_desc_init(
        &operation, dnnl_forward_training, dnnl_convolution_direct, &layer->source, &layer->weights,
        layer->has_bias ? &layer->bias : NULL, &layer->destination, strides, paddings, paddings);
    if (status != dnnl_success) return status;
    conednn_preference preference = conednn_has_odd_sums(&layer->source) ? conednn_odd_sums
        : layer->source.dims[1] < 64 ? conednn_no_brgconv : conednn_first;
    return conednn_choose(result, &operation, preference, activation, engine, NULL);
}

static inline dnnl_status_t conednn_convolution_backward_source(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const conednn_convolution *layer) {
    dnnl_dims_t strides = {layer->stride, layer->stride}, paddings = {layer->padding, layer->padding};
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = dnnl_convolution_backward_data_desc_init(
        &operation, dnnl_convolution_direct, &layer->source, &layer->weights, &layer->destination, strides,
        paddings, paddings);
    if (status != dnnl_success) return status;
    conednn_preference preference = conednn_has_odd_sums(&layer->destination) ? conednn_odd_sums
        : layer->source.dims[1] <= 8 ? conednn_avx2 : conednn_first;
    return conednn_choose(
        result, &operation, preference, conednn_no_activation(), engine, forward);
}

static inline dnnl_status_t conednn_convolution_backward_weights(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const conednn_convolution *layer) {
    dnnl_dims_t strides = {layer->stride, layer->stride}, paddings = {layer->padding, layer->padding};
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = dnnl_convolution_backward_weights_desc_init(
        &operation, dnnl_convolution_direct, &layer->source, &layer->weights,
        layer->has_bias ? &layer->bias : NULL, &layer->destination, strides, paddings, paddings);
    if (status != dnnl_success) return status;
    bool is_narrow = layer->destination.data_type == dnnl_bf16 && layer->destination.dims[3] == 1;
    conednn_preference preference = is_narrow ? conednn_no_bfloat16_jit
        : layer->stride > 1 ? conednn_no_pointwise : conednn_first;
    return conednn_choose(
        result, &operation, preference, conednn_no_activation(), engine, forward);
}
