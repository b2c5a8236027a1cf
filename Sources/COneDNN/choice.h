// Which of several implementations of an operation is taken.

#pragma once

#include "attributes.h"

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
    // By the weights with a stride: in kernels for 1x1 several threads write behind their scratch
    // memory.
    conednn_no_pointwise,
    // Sums over an odd number of channels in bfloat16, which is read in pairs: kernels for 1x1 are
    // wrong, and batch-reduce kernels now and then.
    conednn_odd_sums,
    // By the weights, bfloat16, results of one column, or a kernel of which an element meets nothing
    // but padding: what meets only padding is never written.
    conednn_no_bfloat16_jit,
    // Pooling with an activation: with SSE4.1 the library crashes where channels fill no vector.
    conednn_no_sse41,
} conednn_preference;

// `ref:any`, `bnorm_ref:any`.
static inline bool conednn_is_reference(const_dnnl_primitive_desc_t descriptor) {
    return strstr(conednn_implementation(descriptor), "ref") != NULL;
}

// Whether sums are over no pairs of channels, which is what instructions for bfloat16 multiply at
// once.
static inline bool conednn_has_odd_sums(const dnnl_memory_desc_t *data, int64_t groups) {
    return data->data_type == dnnl_bf16 && data->dims[1] / groups % 2 != 0;
}

static inline bool conednn_is_pointwise(const char *name) {
    return strncmp(name, "jit", 3) == 0 && strstr(name, "_1x1") != NULL;
}

// Whether an implementation computes wrong numbers for what the preference stands for.
static inline bool conednn_is_wrong(
    const_dnnl_primitive_desc_t descriptor, conednn_preference preference) {
    const char *name = conednn_implementation(descriptor);
    switch (preference) {
    case conednn_no_pointwise: return conednn_is_pointwise(name);
    case conednn_odd_sums: return conednn_is_pointwise(name) || strncmp(name, "brg", 3) == 0;
    case conednn_no_bfloat16_jit: return strncmp(name, "jit_bf16:", 9) == 0;
    case conednn_no_sse41: return strcmp(name, "jit:sse41") == 0;
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
    case conednn_odd_sums:
    case conednn_no_bfloat16_jit:
    case conednn_no_sse41:
    case conednn_first: return !is_reference;
    case conednn_no_brgconv: return !is_reference && strncmp(name, "brgconv", 7) != 0;
    case conednn_avx2: return strcmp(name, "jit:avx2") == 0;
    case conednn_no_barrier: return !is_reference && strncmp(name, "bnorm_jit", 9) != 0;
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
        if (!candidate) {
            // The library has no other reason to give none.
            status = dnnl_out_of_memory;
            break;
        }
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
    bool is_searched = status == dnnl_success || status == dnnl_iterator_ends;
    if (is_searched && chosen) {
        *result = chosen;
        return dnnl_success;
    }
    // A choice among some of them would be another one the next time.
    if (chosen) dnnl_primitive_desc_destroy(chosen);
    return is_searched ? dnnl_unimplemented : status;
}
