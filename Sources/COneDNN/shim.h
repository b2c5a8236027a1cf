// What Swift needs of oneDNN 2.x, in one place.
//
// Operation descriptors, attributes and the choice among implementations stay in here: version 3
// of the library replaced them, and nothing but this file has to follow.

#pragma once

#include <stdbool.h>
#include <string.h>
#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>

#if DNNL_VERSION_MAJOR != 2
#error "oneDNN 2.x is needed (Debian 12's libdnnl-dev); build without it by --disable-default-traits"
#endif

// From libgomp, which oneDNN links; its header is not part of Debian's oneDNN package.
void omp_set_num_threads(int count);

// Whether the processor multiplies bfloat16 itself: elsewhere the library emulates it, slowly.
static inline bool conednn_has_bfloat16(void) {
    dnnl_cpu_isa_t needed = dnnl_cpu_isa_avx512_core_bf16;
    return (dnnl_get_effective_cpu_isa() & needed) == needed;
}

// Attributes that every primitive here has: scratch memory comes from the caller, and a ReLU may be
// applied to the result.
static inline dnnl_status_t conednn_attributes(dnnl_primitive_attr_t *result, bool relu) {
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_status_t status = dnnl_primitive_attr_create(&attributes);
    if (status != dnnl_success) return status;
    status = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
    if (status == dnnl_success && relu) {
        dnnl_post_ops_t operations = NULL;
        status = dnnl_post_ops_create(&operations);
        if (status == dnnl_success)
            status = dnnl_post_ops_append_eltwise(operations, 1.0f, dnnl_eltwise_relu, 0.0f, 0.0f);
        if (status == dnnl_success)
            status = dnnl_primitive_attr_set_post_ops(attributes, operations);
        if (operations) dnnl_post_ops_destroy(operations);
    }
    if (status == dnnl_success) *result = attributes;
    else dnnl_primitive_attr_destroy(attributes);
    return status;
}

// The name of the implementation behind a primitive descriptor; lives as long as that does.
static inline const char *conednn_implementation(const_dnnl_primitive_desc_t descriptor) {
    const char *name = NULL;
    dnnl_status_t status =
        dnnl_primitive_desc_query(descriptor, dnnl_query_impl_info_str, 0, &name);
    return status == dnnl_success && name ? name : "unknown";
}

// Which of several implementations to take. The library's own order is by instruction set; measured
// on convolutions of few channels with the channels of a pixel side by side, another one is faster.
typedef enum {
    conednn_first,
    // Forward, fewer than 64 source channels: batch-reduce kernels take 1.5 to 3.7 times as long.
    conednn_no_brgconv,
    // By the source, 8 source channels or fewer: half of a 512-bit vector would be empty.
    conednn_avx2,
    // Batch normalization: `bnorm_jit` lets threads spin at a barrier, so that a busy neighbour makes
    // 16 ms of 0.4; without a neighbour, what comes next takes a few hundredths more.
    conednn_no_barrier,
    // Local response normalization where others are wrong, see `conednn_response_preference`.
    conednn_reference,
} conednn_preference;

// `ref:any`, `lrn_ref:any`, `bnorm_ref:any`.
static inline bool conednn_is_reference(const_dnnl_primitive_desc_t descriptor) {
    return strstr(conednn_implementation(descriptor), "ref") != NULL;
}

static inline bool conednn_satisfies(
    const_dnnl_primitive_desc_t descriptor, conednn_preference preference) {
    const char *name = conednn_implementation(descriptor);
    bool is_reference = conednn_is_reference(descriptor);
    switch (preference) {
    case conednn_first: return !is_reference;
    case conednn_no_brgconv: return !is_reference && strncmp(name, "brgconv", 7) != 0;
    case conednn_avx2: return strcmp(name, "jit:avx2") == 0;
    case conednn_no_barrier: return !is_reference && strncmp(name, "bnorm_jit", 9) != 0;
    case conednn_reference: return is_reference;
    }
    return false;
}

// The first implementation that satisfies the preference; else the first that is no reference one
// (the library lists some of those before fast ones); else that.
//
// The iterator keeps a pointer to `operation`, which therefore lives in the caller's frame.
static inline dnnl_status_t conednn_choose(
    dnnl_primitive_desc_t *result, const_dnnl_op_desc_t operation, conednn_preference preference,
    bool relu, dnnl_engine_t engine, const_dnnl_primitive_desc_t hint) {
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_primitive_desc_iterator_t iterator = NULL;
    dnnl_status_t status = conednn_attributes(&attributes, relu);
    if (status != dnnl_success) return status;
    status = dnnl_primitive_desc_iterator_create(&iterator, operation, attributes, engine, hint);
    dnnl_primitive_desc_t chosen = NULL;
    int chosen_rank = -1;
    while (status == dnnl_success && chosen_rank < 2) {
        dnnl_primitive_desc_t candidate = dnnl_primitive_desc_iterator_fetch(iterator);
        if (!candidate) break;
        int rank = conednn_satisfies(candidate, preference) ? 2
            : !conednn_is_reference(candidate) ? 1 : 0;
        if (rank > chosen_rank) {
            if (chosen) dnnl_primitive_desc_destroy(chosen);
            chosen = candidate;
            chosen_rank = rank;
        } else {
            dnnl_primitive_desc_destroy(candidate);
        }
        status = dnnl_primitive_desc_iterator_next(iterator);
    }
    if (iterator) dnnl_primitive_desc_iterator_destroy(iterator);
    dnnl_primitive_attr_destroy(attributes);
    if (!chosen) return status == dnnl_success ? dnnl_unimplemented : status;
    *result = chosen;
    return dnnl_success;
}

// MARK: Convolution. `bias` may be null; stride and padding are the same in both directions.

static inline dnnl_status_t conednn_convolution_forward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, bool relu,
    const dnnl_memory_desc_t *source, const dnnl_memory_desc_t *weights,
    const dnnl_memory_desc_t *bias, const dnnl_memory_desc_t *destination, int64_t stride,
    int64_t padding) {
    dnnl_dims_t strides = {stride, stride}, paddings = {padding, padding};
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = dnnl_convolution_forward_desc_init(
        &operation, dnnl_forward_training, dnnl_convolution_direct, source, weights, bias, destination, strides, paddings, paddings);
    if (status != dnnl_success) return status;
    return conednn_choose(
        result, &operation, source->dims[1] < 64 ? conednn_no_brgconv : conednn_first, relu, engine, NULL);
}

static inline dnnl_status_t conednn_convolution_backward_source(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const dnnl_memory_desc_t *source_gradient, const dnnl_memory_desc_t *weights,
    const dnnl_memory_desc_t *gradient, int64_t stride, int64_t padding) {
    dnnl_dims_t strides = {stride, stride}, paddings = {padding, padding};
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = dnnl_convolution_backward_data_desc_init(
        &operation, dnnl_convolution_direct, source_gradient, weights, gradient, strides, paddings,
        paddings);
    if (status != dnnl_success) return status;
    return conednn_choose(
        result, &operation, source_gradient->dims[1] <= 8 ? conednn_avx2 : conednn_first, false, engine, forward);
}

static inline dnnl_status_t conednn_convolution_backward_weights(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const dnnl_memory_desc_t *source, const dnnl_memory_desc_t *weights_gradient,
    const dnnl_memory_desc_t *bias_gradient, const dnnl_memory_desc_t *gradient, int64_t stride,
    int64_t padding) {
    dnnl_dims_t strides = {stride, stride}, paddings = {padding, padding};
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = dnnl_convolution_backward_weights_desc_init(
        &operation, dnnl_convolution_direct, source, weights_gradient, bias_gradient, gradient,
        strides, paddings, paddings);
    if (status != dnnl_success) return status;
    return conednn_choose(result, &operation, conednn_first, false, engine, forward);
}

// MARK: Inner product. `bias` may be null.

static inline dnnl_status_t conednn_linear_forward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, bool relu,
    const dnnl_memory_desc_t *source, const dnnl_memory_desc_t *weights,
    const dnnl_memory_desc_t *bias, const dnnl_memory_desc_t *destination) {
    dnnl_inner_product_desc_t operation;
    dnnl_status_t status = dnnl_inner_product_forward_desc_init(
        &operation, dnnl_forward_training, source, weights,
        bias, destination);
    if (status != dnnl_success) return status;
    return conednn_choose(result, &operation, conednn_first, relu, engine, NULL);
}

static inline dnnl_status_t conednn_linear_backward_source(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const dnnl_memory_desc_t *source_gradient, const dnnl_memory_desc_t *weights,
    const dnnl_memory_desc_t *gradient) {
    dnnl_inner_product_desc_t operation;
    dnnl_status_t status = dnnl_inner_product_backward_data_desc_init(
        &operation, source_gradient, weights, gradient);
    if (status != dnnl_success) return status;
    return conednn_choose(result, &operation, conednn_first, false, engine, forward);
}

static inline dnnl_status_t conednn_linear_backward_weights(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const dnnl_memory_desc_t *source, const dnnl_memory_desc_t *weights_gradient,
    const dnnl_memory_desc_t *bias_gradient, const dnnl_memory_desc_t *gradient) {
    dnnl_inner_product_desc_t operation;
    dnnl_status_t status = dnnl_inner_product_backward_weights_desc_init(
        &operation, source, weights_gradient, bias_gradient, gradient);
    if (status != dnnl_success) return status;
    return conednn_choose(result, &operation, conednn_first, false, engine, forward);
}

// MARK: Pooling. Padding is at the end of rows and columns only: it makes ceiling sizes, and means
// are over what lies inside.

typedef struct {
    bool averages;
    int64_t kernel_height, kernel_width, stride, padding_bottom, padding_right;
} conednn_window;

static inline dnnl_alg_kind_t conednn_pooling_kind(conednn_window window) {
    return window.averages ? dnnl_pooling_avg_exclude_padding : dnnl_pooling_max;
}

static inline dnnl_status_t conednn_pooling_forward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, bool training, bool relu,
    const dnnl_memory_desc_t *source, const dnnl_memory_desc_t *destination,
    conednn_window window) {
    dnnl_dims_t kernels = {window.kernel_height, window.kernel_width};
    dnnl_dims_t strides = {window.stride, window.stride}, none = {0, 0};
    dnnl_dims_t paddings = {window.padding_bottom, window.padding_right};
    dnnl_pooling_desc_t operation;
    dnnl_status_t status = dnnl_pooling_forward_desc_init(
        &operation, training ? dnnl_forward_training : dnnl_forward_inference,
        conednn_pooling_kind(window), source, destination, strides, kernels, none, paddings);
    if (status != dnnl_success) return status;
    return conednn_choose(result, &operation, conednn_first, relu, engine, NULL);
}

static inline dnnl_status_t conednn_pooling_backward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const dnnl_memory_desc_t *source_gradient, const dnnl_memory_desc_t *gradient,
    conednn_window window) {
    dnnl_dims_t kernels = {window.kernel_height, window.kernel_width};
    dnnl_dims_t strides = {window.stride, window.stride}, none = {0, 0};
    dnnl_dims_t paddings = {window.padding_bottom, window.padding_right};
    dnnl_pooling_desc_t operation;
    dnnl_status_t status = dnnl_pooling_backward_desc_init(
        &operation, conednn_pooling_kind(window), source_gradient, gradient, strides, kernels,
        none, paddings);
    if (status != dnnl_success) return status;
    return conednn_choose(result, &operation, conednn_first, false, engine, forward);
}

// MARK: Normalization. Derivatives come from the descriptor of the same forward operation.

static inline dnnl_status_t conednn_batch_normalization_forward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, bool statistics_are_given, bool relu,
    const dnnl_memory_desc_t *data, float epsilon) {
    unsigned flags = dnnl_use_scale | dnnl_use_shift | (relu ? dnnl_fuse_norm_relu : 0)
        | (statistics_are_given ? dnnl_use_global_stats : 0);
    dnnl_batch_normalization_desc_t operation;
    dnnl_status_t status = dnnl_batch_normalization_forward_desc_init(
        &operation, statistics_are_given ? dnnl_forward_inference : dnnl_forward_training, data,
        epsilon, flags);
    if (status != dnnl_success) return status;
    return conednn_choose(result, &operation, conednn_no_barrier, false, engine, NULL);
}

static inline dnnl_status_t conednn_batch_normalization_backward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    bool relu, const dnnl_memory_desc_t *data, float epsilon) {
    unsigned flags = dnnl_use_scale | dnnl_use_shift | (relu ? dnnl_fuse_norm_relu : 0);
    dnnl_batch_normalization_desc_t operation;
    dnnl_status_t status = dnnl_batch_normalization_backward_desc_init(
        &operation, dnnl_backward, data, data, epsilon, flags);
    if (status != dnnl_success) return status;
    return conednn_choose(result, &operation, conednn_no_barrier, false, engine, forward);
}

// Over one channel the library crashes making anything but the reference implementation; of
// bfloat16, the fast one is wrong for 17 or 33 channels, which do not fill its last vector.
static inline conednn_preference conednn_response_preference(
    const dnnl_memory_desc_t *data, int64_t size) {
    bool is_ragged =
        data->data_type == dnnl_bf16 && data->dims[1] > 16 && data->dims[1] % 16 != 0;
    return size < 3 || is_ragged ? conednn_reference : conednn_first;
}

// The library divides alpha by the size; here it is not divided.
static inline dnnl_status_t conednn_response_normalization_forward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, bool training,
    const dnnl_memory_desc_t *data, int64_t size, float alpha, float beta, float k) {
    dnnl_lrn_desc_t operation;
    dnnl_status_t status = dnnl_lrn_forward_desc_init(
        &operation, training ? dnnl_forward_training : dnnl_forward_inference,
        dnnl_lrn_across_channels, data, size, alpha * size, beta, k);
    if (status != dnnl_success) return status;
    return conednn_choose(
        result, &operation, conednn_response_preference(data, size), false, engine, NULL);
}

static inline dnnl_status_t conednn_response_normalization_backward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const dnnl_memory_desc_t *data, int64_t size, float alpha, float beta, float k) {
    dnnl_lrn_desc_t operation;
    dnnl_status_t status = dnnl_lrn_backward_desc_init(
        &operation, dnnl_lrn_across_channels, data, data, size, alpha * size, beta, k);
    if (status != dnnl_success) return status;
    return conednn_choose(
        result, &operation, conednn_response_preference(data, size), false, engine, forward);
}

// MARK: Element by element

static inline dnnl_status_t conednn_relu_forward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const dnnl_memory_desc_t *data) {
    dnnl_eltwise_desc_t operation;
    dnnl_status_t status = dnnl_eltwise_forward_desc_init(
        &operation, dnnl_forward_training, dnnl_eltwise_relu_use_dst_for_bwd, data, 0.0f, 0.0f);
    if (status != dnnl_success) return status;
    return conednn_choose(result, &operation, conednn_first, false, engine, NULL);
}

static inline dnnl_status_t conednn_relu_backward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const dnnl_memory_desc_t *data) {
    dnnl_eltwise_desc_t operation;
    dnnl_status_t status = dnnl_eltwise_backward_desc_init(
        &operation, dnnl_eltwise_relu_use_dst_for_bwd, data, data, 0.0f, 0.0f);
    if (status != dnnl_success) return status;
    return conednn_choose(result, &operation, conednn_first, false, engine, forward);
}

static inline dnnl_status_t conednn_binary(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, bool multiplies,
    const dnnl_memory_desc_t *data) {
    dnnl_binary_desc_t operation;
    dnnl_status_t status = dnnl_binary_desc_init(
        &operation, multiplies ? dnnl_binary_mul : dnnl_binary_add, data, data, data);
    if (status != dnnl_success) return status;
    return conednn_choose(result, &operation, conednn_first, false, engine, NULL);
}

static inline dnnl_status_t conednn_reorder(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const dnnl_memory_desc_t *source,
    const dnnl_memory_desc_t *destination) {
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_status_t status = conednn_attributes(&attributes, false);
    if (status != dnnl_success) return status;
    status = dnnl_reorder_primitive_desc_create(
        result, source, engine, destination, engine, attributes);
    dnnl_primitive_attr_destroy(attributes);
    return status;
}

// MARK: Layouts

// The layout that a primitive wants for an argument, or a zero layout where it has none.
static inline dnnl_memory_desc_t conednn_layout(
    const_dnnl_primitive_desc_t descriptor, int argument) {
    const dnnl_memory_desc_t *layout =
        dnnl_primitive_desc_query_md(descriptor, dnnl_query_exec_arg_md, argument);
    dnnl_memory_desc_t none;
    memset(&none, 0, sizeof none);
    return layout ? *layout : none;
}
