// Products of bfloat16, two at a time, summed in 32 bits.
//
// A number is the upper half of a float. Two of them that follow each other are one word, and take
// the place of one float in weights and sources: so kernels go through words as they go through
// floats, and only rounding and multiplying differ. Both products of a word go to the same sum.

/// Two numbers, the first in the lower half.
typedef uint32_t __attribute__((may_alias)) bfloat16_pair;

typedef uint32_t wide_pairs __attribute__((vector_size(4 * WIDE_LANES)));
typedef uint32_t wide_pairs_unaligned
    __attribute__((vector_size(4 * WIDE_LANES), aligned(4), may_alias));
typedef uint32_t pixel_pairs __attribute__((vector_size(4 * BLOCK)));
typedef uint32_t pixel_pairs_unaligned
    __attribute__((vector_size(4 * BLOCK), aligned(4), may_alias));

/// Words that the 16 channels of a pixel take.
#define BLOCK_PAIRS (BLOCK / 2)

#if !defined(INFERENCE_BFLOAT16)
/// Adds both products of each lane to a sum: a macro, since vectors come in two lengths.
#define ADD_PRODUCTS(floats, sum, a, b) \
    do { \
        *(sum) += (floats)((a) << 16) * (floats)((b) << 16); \
        *(sum) += (floats)((a) & 0xffff0000u) * (floats)((b) & 0xffff0000u); \
    } while (0)
#endif

/// Adds the products of one word with each lane's.
INLINE void pixel_add_products(pixel *sum, const float *word, const float *words) {
    const pixel_pairs others = *(const pixel_pairs_unaligned *)words;
    const pixel_pairs same = *(const bfloat16_pair *)word - (pixel_pairs){0};
#if defined(INFERENCE_BFLOAT16)
    *sum = _mm512_dpbf16_ps(*sum, (__m512bh)same, (__m512bh)others);
#else
    ADD_PRODUCTS(pixel, sum, same, others);
#endif
}

/// Adds the products of one float, or of one word of bfloat16, with each lane's; `in_bfloat16` is a
/// constant.
INLINE void pixel_multiply_add(
    pixel *sum, const float *value, const float *weights, int in_bfloat16
) {
    if (in_bfloat16) pixel_add_products(sum, value, weights);
    else *sum += *value * PIXEL(weights);
}

/// Adds the products of two vectors of words, lane by lane.
INLINE void wide_add_products(wide *sum, const wide *words, const float *other_words) {
    const wide_pairs others = *(const wide_pairs_unaligned *)other_words;
#if defined(INFERENCE_BFLOAT16)
    *sum = _mm512_dpbf16_ps(*sum, (__m512bh)*words, (__m512bh)others);
#else
    const wide_pairs these = (wide_pairs)*words;
    ADD_PRODUCTS(wide, sum, these, others);
#endif
}

/// Rounds 16 numbers to the nearest, to even in the middle, and stores them as words.
INLINE void pixel_store_rounded(float *words, const pixel *x) {
#if defined(INFERENCE_BFLOAT16)
    _mm256_storeu_si256((__m256i_u *)words, (__m256i)_mm512_cvtneps_pbh(*x));
#else
    typedef uint16_t halves __attribute__((vector_size(2 * BLOCK)));
    typedef uint16_t halves_unaligned
        __attribute__((vector_size(2 * BLOCK), aligned(4), may_alias));
    const pixel_pairs bits = (pixel_pairs)*x;
    // What is no number stays none, whatever its lower half.
    const pixel_pairs is_nan = (pixel_pairs)(*x != *x);
    const pixel_pairs rounded = bits + 0x7fffu + ((bits >> 16) & 1u);
    const pixel_pairs kept = (rounded & ~is_nan) | ((bits | 0x400000u) & is_nan);
    *(halves_unaligned *)words = __builtin_convertvector(kept >> 16, halves);
#endif
}

/// Rounds floats that follow each other; `words` is filled up with zeros to whole vectors.
INLINE void round_floats(float *words, const float *floats, ptrdiff_t count) {
    ptrdiff_t i = 0;
    for (; i + BLOCK <= count; i += BLOCK) {
        const pixel x = PIXEL(floats + i);
        pixel_store_rounded(words + i / 2, &x);
    }
    if (i == count) return;
    pixel x = {0};
    for (int lane = 0; i + lane < count; lane++) x[lane] = floats[i + lane];
    pixel_store_rounded(words + i / 2, &x);
}
