// Pooling and its derivative.

#pragma once

#include "choice.h"

// Sizes are of rows, then of columns. What windows of ceiling sizes cover behind the source counts as
// padding here.
typedef struct {
    bool averages;
    // Whether means are over all that a window covers, or over what lies on the source.
    bool counts_padding;
    dnnl_dim_t kernel[2], strides[2], padding_before[2], padding_behind[2];
} conednn_window;

// The layouts of source and result, or of the derivatives by them.
typedef struct {
    dnnl_memory_desc_t source, destination;
    conednn_window window;
} conednn_pooling;

static inline dnnl_alg_kind_t conednn_pooling_kind(conednn_window window) {
    return !window.averages ? dnnl_pooling_max
        : window.counts_padding ? dnnl_pooling_avg_include_padding
                                : dnnl_pooling_avg_exclude_padding;
}

static inline dnnl_status_t conednn_pooling_forward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const conednn_pooling *layer,
    bool training, conednn_activation activation) {
    const conednn_window *window = &layer->window;
    dnnl_pooling_desc_t operation;
    dnnl_status_t status = dnnl_pooling_forward_desc_init(
        &operation, training ? dnnl_forward_training : dnnl_forward_inference,
        conednn_pooling_kind(*window), &layer->source, &layer->destination, window->strides,
        window->kernel, window->padding_before, window->padding_behind);
    if (status != dnnl_success) return status;
    bool is_plain = activation.kind == dnnl_alg_kind_undef;
    return conednn_choose(
        result, &operation, is_plain ? conednn_first : conednn_no_sse41, activation, engine, NULL);
}

static inline dnnl_status_t conednn_pooling_backward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const conednn_pooling *layer) {
    const conednn_window *window = &layer->window;
    dnnl_pooling_desc_t operation;
    dnnl_status_t status = dnnl_pooling_backward_desc_init(
        &operation, conednn_pooling_kind(*window), &layer->source, &layer->destination,
        window->strides, window->kernel, window->padding_before, window->padding_behind);
    if (status != dnnl_success) return status;
    return conednn_choose(
        result, &operation, conednn_first, conednn_no_activation(), engine, forward);
}
