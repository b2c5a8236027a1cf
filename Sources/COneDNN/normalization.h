// Batch normalization with given statistics, and local response normalization.

#pragma once

#include "choice.h"

static inline dnnl_status_t conednn_batch_normalization(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, bool relu, const dnnl_memory_desc_t *data,
    float epsilon) {
    unsigned flags = dnnl_use_scale | dnnl_use_shift | dnnl_use_global_stats
        | (relu ? dnnl_fuse_norm_relu : 0);
    dnnl_batch_normalization_desc_t operation;
    dnnl_status_t status = dnnl_batch_normalization_forward_desc_init(
        &operation, dnnl_forward_inference, data, epsilon, flags);
    if (status != dnnl_success) return status;
    return conednn_choose(
        result, &operation, conednn_no_barrier, conednn_no_activation(), engine, NULL);
}

// How a local response normalization sums squares. The library divides alpha by the size; here it is
// not divided.
typedef struct {
    int64_t size;
    float alpha, beta, k;
} conednn_response;

// Over one channel the library crashes making anything but the reference implementation.
static inline conednn_preference conednn_response_preference(int64_t size) {
    return size < 3 ? conednn_reference : conednn_first;
}

// Whether the fast implementation needs channels of zeros up to a multiple of 16. It is wrong where
// channels do not fill its last vector: of bfloat16, and for the derivative over more than 5.
static inline bool conednn_response_needs_full_vectors(
    int64_t channels, dnnl_data_type_t type, int64_t size, bool is_derivative) {
    bool is_wrong = type == dnnl_bf16 || (is_derivative && size > 5);
    return size >= 3 && channels > 16 && channels % 16 != 0 && is_wrong;
}


static inline dnnl_status_t conednn_response_normalization_forward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, bool training,
    const dnnl_memory_desc_t *data, conednn_response response) {
    dnnl_lrn_desc_t operation;
    dnnl_status_t status = dnnl_lrn_forward_desc_init(
        &operation, training ? dnnl_forward_training : dnnl_forward_inference,
        dnnl_lrn_across_channels, data, response.size, response.alpha * response.size,
        response.beta, response.k);
    if (status != dnnl_success) return status;
    return conednn_choose(
        result, &operation, conednn_response_preference(response.size), conednn_no_activation(),
        engine, NULL);
}

static inline dnnl_status_t conednn_response_normalization_backward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const dnnl_memory_desc_t *data, conednn_response response) {
    dnnl_lrn_desc_t operation;
    dnnl_status_t status = dnnl_lrn_backward_desc_init(
        &operation, dnnl_lrn_across_channels, data, data, response.size,
        response.alpha * response.size, response.beta, response.k);
    if (status != dnnl_success) return status;
    return conednn_choose(
        result, &operation, conednn_response_preference(response.size), conednn_no_activation(),
        engine, forward);
}
