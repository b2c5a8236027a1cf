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
int omp_get_max_threads(void);
int omp_get_num_threads(void);
int omp_get_thread_num(void);
void GOMP_parallel(void (*body)(void *), void *context, unsigned threads, unsigned flags);

typedef struct {
    void (*body)(size_t index, const void *context);
    size_t count;
    const void *context;
} conednn_loop;

static inline void conednn_part_of_loop(void *opaque) {
    const conednn_loop *loop = (const conednn_loop *)opaque;
    size_t thread = (size_t)omp_get_thread_num(), threads = (size_t)omp_get_num_threads();
    size_t end = loop->count * (thread + 1) / threads;
    for (size_t index = loop->count * thread / threads; index < end; index++)
        loop->body(index, loop->context);
}

// Calls `body` for every index below `count`, on the threads that the library computes on.
static inline void conednn_parallel(
    void (*body)(size_t index, const void *context), size_t count, const void *context) {
    conednn_loop loop = {body, count, context};
    if (count > 1 && omp_get_max_threads() > 1) {
        GOMP_parallel(conednn_part_of_loop, &loop, 0, 0);
        return;
    }
    for (size_t index = 0; index < count; index++) body(index, context);
}

// Whether the processor multiplies bfloat16 itself: elsewhere the library emulates it, slowly.
static inline bool conednn_has_bfloat16(void) {
    dnnl_cpu_isa_t needed = dnnl_cpu_isa_avx512_core_bf16;
    return (dnnl_get_effective_cpu_isa() & needed) == needed;
}

// A function of one number that the library applies to a result.
typedef struct {
    // `dnnl_alg_kind_undef` for none.
    dnnl_alg_kind_t kind;
    // As a layer of its own whose derivative is found from the result; the same as `kind` where
    // that is found from the source.
    dnnl_alg_kind_t kind_of_layer;
    float alpha, beta;
} conednn_activation;

static inline conednn_activation conednn_no_activation(void) {
    return (conednn_activation){dnnl_alg_kind_undef, dnnl_alg_kind_undef, 0, 0};
}

// Attributes that every primitive here has: scratch memory comes from the caller, and an activation
// may be applied to the result.
static inline dnnl_status_t conednn_attributes(
    dnnl_primitive_attr_t *result, conednn_activation activation) {
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_status_t status = dnnl_primitive_attr_create(&attributes);
    if (status != dnnl_success) return status;
    status = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
    if (status == dnnl_success && activation.kind != dnnl_alg_kind_undef) {
        dnnl_post_ops_t operations = NULL;
        status = dnnl_post_ops_create(&operations);
        if (status == dnnl_success)
            status = dnnl_post_ops_append_eltwise(
                operations, 1.0f, activation.kind, activation.alpha, activation.beta);
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
    // Local response normalization over one channel: the library crashes making any other.
    conednn_reference,
    // Kernels for 1x1 are wrong: of bfloat16 where an odd number of channels is summed over; by the
    // weights with a stride, where several threads write behind their scratch memory.
    conednn_no_pointwise,
    // By the weights, bfloat16, results of one column: what meets only padding is never written.
    conednn_no_bfloat16_jit,
    // Pooling with an activation: with SSE4.1 the library crashes where channels fill no vector.
    conednn_no_sse41,
} conednn_preference;

// `ref:any`, `lrn_ref:any`, `bnorm_ref:any`.
static inline bool conednn_is_reference(const_dnnl_primitive_desc_t descriptor) {
    return strstr(conednn_implementation(descriptor), "ref") != NULL;
}

// Whether an implementation computes wrong numbers for what the preference stands for.
static inline bool conednn_is_wrong(
    const_dnnl_primitive_desc_t descriptor, conednn_preference preference) {
    const char *name = conednn_implementation(descriptor);
    switch (preference) {
    case conednn_no_pointwise: return strncmp(name, "jit", 3) == 0 && strstr(name, "_1x1") != NULL;
    case conednn_no_bfloat16_jit: return strncmp(name, "jit_bf16:", 9) == 0;
    case conednn_no_sse41: return strcmp(name, "jit:sse41") == 0;
    case conednn_reference: return !conednn_is_reference(descriptor);
    case conednn_first:
    case conednn_no_brgconv:
    case conednn_avx2:
    case conednn_no_barrier: return false;
    }
    return false;
}

static inline bool conednn_satisfies(
    const_dnnl_primitive_desc_t descriptor, conednn_preference preference) {
    const char *name = conednn_implementation(descriptor);
    bool is_reference = conednn_is_reference(descriptor);
    switch (preference) {
    case conednn_no_pointwise:
    case conednn_no_bfloat16_jit:
    case conednn_no_sse41:
    case conednn_first: return !is_reference;
    case conednn_no_brgconv: return !is_reference && strncmp(name, "brgconv", 7) != 0;
    case conednn_avx2: return strcmp(name, "jit:avx2") == 0;
    case conednn_no_barrier: return !is_reference && strncmp(name, "bnorm_jit", 9) != 0;
    case conednn_reference: return is_reference;
    }
    return false;
}

// The first implementation that satisfies the preference; else the first that is no reference one
// (the library lists some of those before fast ones); else that. Never one that is wrong.
//
// The iterator keeps a pointer to `operation`, which therefore lives in the caller's frame.
static inline dnnl_status_t conednn_choose(
    dnnl_primitive_desc_t *result, const_dnnl_op_desc_t operation, conednn_preference preference,
    conednn_activation activation, dnnl_engine_t engine, const_dnnl_primitive_desc_t hint) {
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_primitive_desc_iterator_t iterator = NULL;
    dnnl_status_t status = conednn_attributes(&attributes, activation);
    if (status != dnnl_success) return status;
    status = dnnl_primitive_desc_iterator_create(&iterator, operation, attributes, engine, hint);
    dnnl_primitive_desc_t chosen = NULL;
    int chosen_rank = -1;
    while (status == dnnl_success && chosen_rank < 2) {
        dnnl_primitive_desc_t candidate = dnnl_primitive_desc_iterator_fetch(iterator);
        if (!candidate) break;
        int rank = conednn_is_wrong(candidate, preference) ? -1
            : conednn_satisfies(candidate, preference) ? 2
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

// Whether channels are no pairs, which is what instructions for bfloat16 multiply at once.
static inline bool conednn_has_odd_sums(const dnnl_memory_desc_t *data) {
    return data->data_type == dnnl_bf16 && data->dims[1] % 2 != 0;
}

// MARK: Convolution. `bias` may be null; stride and padding are the same in both directions.

static inline dnnl_status_t conednn_convolution_forward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, conednn_activation activation,
    const dnnl_memory_desc_t *source, const dnnl_memory_desc_t *weights,
    const dnnl_memory_desc_t *bias, const dnnl_memory_desc_t *destination, int64_t stride,
    int64_t padding) {
    dnnl_dims_t strides = {stride, stride}, paddings = {padding, padding};
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = dnnl_convolution_forward_desc_init(
        &operation, dnnl_forward_training, dnnl_convolution_direct, source, weights, bias,
        destination, strides, paddings, paddings);
    if (status != dnnl_success) return status;
    conednn_preference preference = conednn_has_odd_sums(source) ? conednn_no_pointwise
        : source->dims[1] < 64 ? conednn_no_brgconv : conednn_first;
    return conednn_choose(result, &operation, preference, activation, engine, NULL);
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
    conednn_preference preference = conednn_has_odd_sums(gradient) ? conednn_no_pointwise
        : source_gradient->dims[1] <= 8 ? conednn_avx2 : conednn_first;
    return conednn_choose(
        result, &operation, preference, conednn_no_activation(), engine, forward);
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
    bool is_narrow = gradient->data_type == dnnl_bf16 && gradient->dims[3] == 1;
    conednn_preference preference = is_narrow ? conednn_no_bfloat16_jit
        : stride > 1 ? conednn_no_pointwise : conednn_first;
    return conednn_choose(
        result, &operation, preference, conednn_no_activation(), engine, forward);
}

// MARK: Inner product. `bias` may be null.

static inline dnnl_status_t conednn_linear_forward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, conednn_activation activation,
    const dnnl_memory_desc_t *source, const dnnl_memory_desc_t *weights,
    const dnnl_memory_desc_t *bias, const dnnl_memory_desc_t *destination) {
    dnnl_inner_product_desc_t operation;
    dnnl_status_t status = dnnl_inner_product_forward_desc_init(
        &operation, dnnl_forward_training, source, weights,
        bias, destination);
    if (status != dnnl_success) return status;
    return conednn_choose(result, &operation, conednn_first, activation, engine, NULL);
}

static inline dnnl_status_t conednn_linear_backward_source(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const dnnl_memory_desc_t *source_gradient, const dnnl_memory_desc_t *weights,
    const dnnl_memory_desc_t *gradient) {
    dnnl_inner_product_desc_t operation;
    dnnl_status_t status = dnnl_inner_product_backward_data_desc_init(
        &operation, source_gradient, weights, gradient);
    if (status != dnnl_success) return status;
    return conednn_choose(
        result, &operation, conednn_first, conednn_no_activation(), engine, forward);
}

static inline dnnl_status_t conednn_linear_backward_weights(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const dnnl_memory_desc_t *source, const dnnl_memory_desc_t *weights_gradient,
    const dnnl_memory_desc_t *bias_gradient, const dnnl_memory_desc_t *gradient) {
    dnnl_inner_product_desc_t operation;
    dnnl_status_t status = dnnl_inner_product_backward_weights_desc_init(
        &operation, source, weights_gradient, bias_gradient, gradient);
    if (status != dnnl_success) return status;
    return conednn_choose(
        result, &operation, conednn_first, conednn_no_activation(), engine, forward);
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
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, bool training,
    conednn_activation activation,
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
    bool is_plain = activation.kind == dnnl_alg_kind_undef;
    return conednn_choose(
        result, &operation, is_plain ? conednn_first : conednn_no_sse41, activation, engine, NULL);
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
    return conednn_choose(
        result, &operation, conednn_first, conednn_no_activation(), engine, forward);
}

// MARK: Normalization

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
        result, &operation, conednn_response_preference(size), conednn_no_activation(), engine,
        NULL);
}

static inline dnnl_status_t conednn_response_normalization_backward(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_primitive_desc_t forward,
    const dnnl_memory_desc_t *data, int64_t size, float alpha, float beta, float k) {
    dnnl_lrn_desc_t operation;
    dnnl_status_t status = dnnl_lrn_backward_desc_init(
        &operation, dnnl_lrn_across_channels, data, data, size, alpha * size, beta, k);
    if (status != dnnl_success) return status;
    return conednn_choose(
        result, &operation, conednn_response_preference(size), conednn_no_activation(), engine,
        forward);
}

// MARK: Element by element

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

static inline dnnl_status_t conednn_reorder(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const dnnl_memory_desc_t *source,
    const dnnl_memory_desc_t *destination) {
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_status_t status = conednn_attributes(&attributes, conednn_no_activation());
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
