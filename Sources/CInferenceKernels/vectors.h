// Vectors of one variant, and the few operations on them that kernels are written in.
//
// A variant's file defines one of INFERENCE_AVX512, INFERENCE_AVX2, INFERENCE_NEON or nothing, and
// turns the instruction set on for all that follows; so this file has no guard against being
// included by several.
//
// `wide` is a vector of output columns or features; `narrow` one of output channels. They differ
// with AVX-512: channels come in small numbers, and half vectors waste fewer lanes.

#include <stdint.h>

#if defined(INFERENCE_AVX512)
#include <immintrin.h>
#define WIDE_LANES 16
#define NARROW_LANES 8
#define VECTOR_REGISTERS 32
#elif defined(INFERENCE_AVX2)
#include <immintrin.h>
#define WIDE_LANES 8
#define NARROW_LANES 8
#define VECTOR_REGISTERS 16
#elif defined(INFERENCE_NEON)
#include <arm_neon.h>
#define WIDE_LANES 4
#define NARROW_LANES 4
#define VECTOR_REGISTERS 32
#else
#define WIDE_LANES 4
#define NARROW_LANES 4
#define VECTOR_REGISTERS 16
#endif

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

typedef float wide __attribute__((vector_size(4 * WIDE_LANES)));
typedef float wide_unaligned __attribute__((vector_size(4 * WIDE_LANES), aligned(4)));
typedef float narrow __attribute__((vector_size(4 * NARROW_LANES)));
typedef float narrow_unaligned __attribute__((vector_size(4 * NARROW_LANES), aligned(4)));

INLINE int smaller(int a, int b) { return a < b ? a : b; }
INLINE int larger(int a, int b) { return a > b ? a : b; }

INLINE wide wide_load(const float *from) { return *(const wide_unaligned *)from; }
INLINE void wide_store(float *to, wide x) { *(wide_unaligned *)to = x; }
INLINE wide wide_of(float x) { return x - (wide){0}; }

INLINE narrow narrow_load(const float *from) { return *(const narrow_unaligned *)from; }
INLINE void narrow_store(float *to, narrow x) { *(narrow_unaligned *)to = x; }
INLINE narrow narrow_of(float x) { return x - (narrow){0}; }

#if defined(INFERENCE_AVX2)
/// All bits set in the first `count` lanes.
INLINE __m256i lane_mask(int count) {
    static const int32_t bits[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
    return _mm256_loadu_si256((const __m256i_u *)(bits + 8 - count));
}
#endif

/// The first `count` lanes from memory, 0 in the others; touches nothing behind.
INLINE wide wide_load_first(const float *from, int count) {
#if defined(INFERENCE_AVX512)
    return _mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
#elif defined(INFERENCE_AVX2)
    return _mm256_maskload_ps(from, lane_mask(count));
#else
    wide x = {0};
    for (int lane = 0; lane < count; lane++) x[lane] = from[lane];
    return x;
#endif
}

/// Stores the first `count` lanes.
INLINE void wide_store_first(float *to, wide x, int count) {
#if defined(INFERENCE_AVX512)
    _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), x);
#elif defined(INFERENCE_AVX2)
    _mm256_maskstore_ps(to, lane_mask(count), x);
#else
    for (int lane = 0; lane < count; lane++) to[lane] = x[lane];
#endif
}

/// The larger of two, lane by lane; `b` where one is not a number.
INLINE wide wide_maximum(wide a, wide b) {
#if defined(INFERENCE_AVX512)
    return _mm512_max_ps(a, b);
#elif defined(INFERENCE_AVX2)
    return _mm256_max_ps(a, b);
#elif defined(INFERENCE_NEON)
    return vmaxq_f32(a, b);
#else
    wide r;
    for (int lane = 0; lane < WIDE_LANES; lane++) r[lane] = a[lane] > b[lane] ? a[lane] : b[lane];
    return r;
#endif
}

/// The larger of two, lane by lane; `b` where one is not a number.
INLINE narrow narrow_maximum(narrow a, narrow b) {
#if defined(INFERENCE_AVX512)
    return _mm256_max_ps(a, b);
#else
    return wide_maximum(a, b);
#endif
}

/// The first `count` lanes of a vector, and in the others less than any number.
INLINE wide wide_first_or_least(wide x, int count) {
#if defined(INFERENCE_AVX512)
    return _mm512_mask_blend_ps((__mmask16)((1u << count) - 1), wide_of(-__builtin_inff()), x);
#elif defined(INFERENCE_AVX2)
    return _mm256_blendv_ps(
        wide_of(-__builtin_inff()), x, _mm256_castsi256_ps(lane_mask(count)));
#else
    for (int lane = count; lane < WIDE_LANES; lane++) x[lane] = -__builtin_inff();
    return x;
#endif
}

/// The maximum of each two neighbours in `a`, then of those in `b`.
INLINE wide wide_maximum_of_pairs(wide a, wide b) {
#if WIDE_LANES == 16
    return wide_maximum(
        __builtin_shufflevector(
            a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30),
        __builtin_shufflevector(
            a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31));
#elif WIDE_LANES == 8
    return wide_maximum(
        __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14),
        __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15));
#else
    return wide_maximum(
        __builtin_shufflevector(a, b, 0, 2, 4, 6), __builtin_shufflevector(a, b, 1, 3, 5, 7));
#endif
}

/// The sum of all lanes.
INLINE float wide_sum(wide x) {
#if WIDE_LANES == 16
    typedef float half_of_wide __attribute__((vector_size(32)));
    half_of_wide h = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7)
        + __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
#elif WIDE_LANES == 8
    wide h = x;
#endif
    typedef float quarter __attribute__((vector_size(16)));
#if WIDE_LANES == 4
    quarter q = x;
#else
    quarter q = __builtin_shufflevector(h, h, 0, 1, 2, 3)
        + __builtin_shufflevector(h, h, 4, 5, 6, 7);
#endif
    q += __builtin_shufflevector(q, q, 2, 3, 0, 1);
    return q[0] + q[1];
}
