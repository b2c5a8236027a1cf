// Pooling and its derivative.

#pragma once

#include "choice.h"

// Padding is at the end of rows and columns only: it makes ceiling sizes, and means are over what
// lies inside.
typedef struct {
    bool averages;
    int64_t kernel_height, kernel_width, stride, padding_bottom, padding_right;
} conednn_window;

// The layouts of source and result, or of the derivatives by them.
typedef struct {
    dnnl_memory_desc_t source, destination;
    conednn_window window;
} conednn_pooling;

static inline dnnl_alg_kind_t conednn_pooling_kind(conednn_window window) {
    return window.averages ? dnnl_pooling_avg_exclude_padding : dnnl_pooling_max;
}

static inline dnnl_status_t conednn_pooling_forward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const conednn_pooling *layer,
    bool training, conednn_activation activation) {
    const conednn_window window = layer->window;
    dnnl_dims_t kernels = {window.kernel_height, window.kernel_width};
    dnnl_dims_t strides = {window.stride, window.stride}, none = {0, 0};
    dnnl_dims_t paddings = {window.padding_bottom, window.padding_right};
    dnnl_pooling_desc_t operation;
    dnnl_status_t status = dnnl_pooling_forward_desc_init(
        &operation, training ? dnnl_forward_training : dnnl_forward_inference,
        conednn_pooling_kind(window), &layer->source, &layer->destination, strides, kernels,
        none, paddings);
    if (status != dnnl_success) return status;
    bool is_plain = activation.kind == dnnl_alg_kind_undef;
    return conednn_choose(
        result, &operation, is_plain ? conednn_first : conednn_no_sse41, activation, engine, NULL);
}

static inline dnnl_status_t conednn_pooling_backward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const conednn_pooling *layer) {
    const conednn_window window = layer->window;
    dnnl_dims_t kernels = {window.kernel_height, window.kernel_width};
    dnnl_dims_t strides = {window.stride, window.stride}, none = {0, 0};
    dnnl_dims_t paddings = {window.padding_bottom, window.padding_right};
    dnnl_pooling_desc_t operation;
    dnnl_status_t status = dnnl_pooling_backward_desc_init(
        &operation, conednn_pooling_kind(window), &layer->source, &layer->destination, strides,
        kernels, none, paddings);
    if (status != dnnl_success) return status;
    return conednn_choose(
        result, &operation, conednn_first, conednn_no_activation(), engine, forward);
}
