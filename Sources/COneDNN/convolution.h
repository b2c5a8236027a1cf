// Convolutions and their derivatives.

#pragma once

#include "choice.h"

// The layouts of a convolution's operands and result; of a derivative's, those of the values that it
// is a derivative by. Sizes are of rows, then of columns.
typedef struct {
    dnnl_memory_desc_t source, weights, bias, destination;
    bool has_bias;
    int64_t groups;
    dnnl_dim_t strides[2];
    // How many rows and columns lie between those that a window sees.
    dnnl_dim_t gaps[2];
    dnnl_dim_t padding_before[2], padding_behind[2];
} conednn_convolution;

// Whether an element of the kernel meets nothing but padding, along rows (0) or columns (1).
static inline bool conednn_has_idle_taps(const conednn_convolution *layer, int axis) {
    const dnnl_memory_desc_t *weights = &layer->weights;
    dnnl_dim_t taps = weights->dims[weights->ndims - 2 + axis];
    dnnl_dim_t size = layer->source.dims[2 + axis], windows = layer->destination.dims[2 + axis];
    for (dnnl_dim_t tap = 0; tap < taps; tap++) {
        dnnl_dim_t first = tap * (layer->gaps[axis] + 1) - layer->padding_before[axis];
        bool is_idle = true;
        for (dnnl_dim_t window = 0; window < windows && is_idle; window++) {
            dnnl_dim_t place = first + window * layer->strides[axis];
            is_idle = place < 0 || place >= size;
        }
        if (is_idle) return true;
    }
    return false;
}

static inline dnnl_status_t conednn_convolution_forward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const conednn_convolution *layer,
    conednn_activation activation) {
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = dnnl_dilated_convolution_forward_desc_init(
        &operation, dnnl_forward_training, dnnl_convolution_direct, &layer->source, &layer->weights,
        layer->has_bias ? &layer->bias : NULL, &layer->destination, layer->strides, layer->gaps,
        layer->padding_before, layer->padding_behind);
    if (status != dnnl_success) return status;
    conednn_preference preference =
        conednn_has_odd_sums(&layer->source, layer->groups) ? conednn_odd_sums
        : layer->source.dims[1] < 64 ? conednn_no_brgconv : conednn_first;
    return conednn_choose(result, &operation, preference, activation, engine, NULL);
}

static inline dnnl_status_t conednn_convolution_backward_source(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const conednn_convolution *layer) {
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = dnnl_dilated_convolution_backward_data_desc_init(
        &operation, dnnl_convolution_direct, &layer->source, &layer->weights, &layer->destination,
        layer->strides, layer->gaps, layer->padding_before, layer->padding_behind);
    if (status != dnnl_success) return status;
    conednn_preference preference =
        conednn_has_odd_sums(&layer->destination, layer->groups) ? conednn_odd_sums
        : layer->source.dims[1] <= 8 ? conednn_avx2 : conednn_first;
    return conednn_choose(
        result, &operation, preference, conednn_no_activation(), engine, forward);
}

static inline dnnl_status_t conednn_convolution_backward_weights(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const conednn_convolution *layer) {
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = dnnl_dilated_convolution_backward_weights_desc_init(
        &operation, dnnl_convolution_direct, &layer->source, &layer->weights,
        layer->has_bias ? &layer->bias : NULL, &layer->destination, layer->strides, layer->gaps,
        layer->padding_before, layer->padding_behind);
    if (status != dnnl_success) return status;
    bool has_unwritten = layer->destination.data_type == dnnl_bf16
        && (layer->destination.dims[3] == 1 || conednn_has_idle_taps(layer, 0)
            || conednn_has_idle_taps(layer, 1));
    conednn_preference preference = has_unwritten ? conednn_no_bfloat16_jit
        : layer->strides[0] > 1 || layer->strides[1] > 1 ? conednn_no_pointwise : conednn_first;
    return conednn_choose(
        result, &operation, preference, conednn_no_activation(), engine, forward);
}
