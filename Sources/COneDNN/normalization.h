// Batch normalization with given statistics.

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
