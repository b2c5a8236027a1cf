// Functions of one number, a vector at a time.
//
// What only cuts (`max(0, x)` and bounds) is applied to a vector before it is stored. The others are
// applied to rows that were stored a moment ago and are in the nearest cache still, so that no kernel
// has to hold their constants beside its sums.

typedef int32_t wide_integers __attribute__((vector_size(4 * WIDE_LANES)));

/// The smaller of two, lane by lane; `b` where one is not a number.
INLINE wide wide_minimum(wide a, wide b) {
#if defined(INFERENCE_AVX512)
    return _mm512_min_ps(a, b);
#elif defined(INFERENCE_AVX2)
    return _mm256_min_ps(a, b);
#elif defined(INFERENCE_NEON)
    return vminq_f32(a, b);
#else
    wide r;
    for (int lane = 0; lane < WIDE_LANES; lane++) r[lane] = a[lane] < b[lane] ? a[lane] : b[lane];
    return r;
#endif
}

/// Cut to bounds; NaN stays NaN.
INLINE wide wide_clip(wide x, float minimum, float maximum) {
    return wide_minimum(wide_of(maximum), wide_maximum(wide_of(minimum), x));
}

/// `exp(x)`, within two units in the last place; of what is beyond ±87, that of ±87. NaN stays NaN.
///
/// `x = n·ln 2 + r`: the power of two is put together from bits, that of the rest is the Taylor
/// polynomial to the sixth power, off by less than 2⁻²⁴ for |r| ≤ ln 2 / 2 once its last coefficient
/// is shifted a little.
INLINE wide wide_exp(wide x) {
    x = wide_clip(x, -87, 87);
    // Adding and taking away this number rounds to a whole one, whose bits are the lowest then.
    const wide shift = wide_of(0x1.8p23f);
    const wide shifted = x * 0x1.715476p+0f + shift;
    const wide n = shifted - shift;
    const wide r = (x - n * 0x1.62e4p-1f) - n * 0x1.7f7d1cp-20f;
    wide p = r * 0x1.6d7ap-10f + 0x1.1111p-7f;
    p = p * r + 0x1.55554ap-5f;
    p = p * r + 0x1.555554p-3f;
    p = p * r + 0.5f;
    p = p * r + 1;
    p = p * r + 1;
    const wide_integers power = ((wide_integers)shifted << 23) + (wide_integers)wide_of(1);
    return p * (wide)power;
}

/// `1 / x` of positive numbers far from the largest and smallest, within two units.
INLINE wide wide_inverse(wide x) {
#if defined(INFERENCE_AVX512)
    const wide guess = _mm512_rcp14_ps(x);
    return guess + guess * (1 - x * guess);
#else
    return 1 / x;
#endif
}

INLINE wide wide_sigmoid(wide x) { return wide_inverse(1 + wide_exp(-x)); }

INLINE wide wide_hard_sigmoid(wide x) { return wide_clip(x * (1 / 6.0f) + 0.5f, 0, 1); }

/// The distribution function of the normal distribution, within 2e-7.
///
/// Reference: Abramowitz, Stegun, *Handbook of Mathematical Functions*, 1964, formula 7.1.26.
INLINE wide wide_normal_share(wide x) {
    const wide z = wide_maximum(x, -x) * 0x1.6a09e6p-1f;
    const wide t = wide_inverse(1 + 0.3275911f * z);
    wide p = t * 1.061405429f - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    // Half of the complementary error function: the share beyond |x|.
    const wide beyond = 0.5f * p * t * wide_exp(-z * z);
    const wide_integers is_below = x < wide_of(0);
    return (wide)((is_below & (wide_integers)beyond) | (~is_below & (wide_integers)(1 - beyond)));
}

/// `function` is a constant wherever this is called.
INLINE wide wide_function(wide x, const inference_epilogue *epilogue, inference_function function) {
    switch (function) {
    case inference_identity: return x;
    case inference_relu: return wide_maximum(wide_of(0), x);
    case inference_clip: return wide_clip(x, epilogue->minimum, epilogue->maximum);
    case inference_sigmoid: return wide_sigmoid(x);
    case inference_hard_sigmoid: return wide_hard_sigmoid(x);
    case inference_hard_swish: return x * wide_hard_sigmoid(x);
    case inference_silu: return x * wide_sigmoid(x);
    case inference_gelu: return x * wide_normal_share(x);
    case inference_gelu_tanh:
        // (1 + tanh u) / 2 is the sigmoid of 2u.
        return x * wide_sigmoid(x * (0x1.988454p+0f + 0x1.2444cp-4f * x * x));
    }
    return x;
}

/// Applies a function to `count` numbers in place.
INLINE void apply_function(
    const inference_epilogue *epilogue, inference_function function, float *x, ptrdiff_t count
) {
    ptrdiff_t i = 0;
    for (; i + WIDE_LANES <= count; i += WIDE_LANES)
        wide_store(x + i, wide_function(wide_load(x + i), epilogue, function));
    if (i == count) return;
    const int rest = (int)(count - i);
    wide_store_first(
        x + i, wide_function(wide_load_first(x + i, rest), epilogue, function), rest);
}

#define APPLY_FUNCTION(function) \
    case function: apply_function(epilogue, function, x, count); return;

/// Applies the function of an epilogue to `count` numbers in place.
static void __attribute__((noinline)) activate(
    const inference_epilogue *epilogue, float *x, ptrdiff_t count
) {
    switch (epilogue->function) {
        APPLY_FUNCTION(inference_relu)
        APPLY_FUNCTION(inference_clip)
        APPLY_FUNCTION(inference_sigmoid)
        APPLY_FUNCTION(inference_hard_sigmoid)
        APPLY_FUNCTION(inference_hard_swish)
        APPLY_FUNCTION(inference_silu)
        APPLY_FUNCTION(inference_gelu)
        APPLY_FUNCTION(inference_gelu_tanh)
    case inference_identity: return;
    }
}

/// Whether a function does more than to cut, and so is applied to what is stored.
INLINE int is_curved(const inference_epilogue *epilogue) {
    return epilogue->function > inference_clip;
}

/// Applies what only cuts, to a pixel that is about to be stored.
INLINE void pixel_bound(pixel *x, const inference_epilogue *epilogue) {
    if (epilogue->function == inference_relu) pixel_cut(x);
    else if (epilogue->function == inference_clip) {
        wide *parts = (wide *)x;
        UNROLL for (int i = 0; i < BLOCK / WIDE_LANES; i++)
            parts[i] = wide_clip(parts[i], epilogue->minimum, epilogue->maximum);
    }
}
