// Vectors of 16 numbers. Included once per variant.

// Functions of vectors are all inlined, so how vectors would be passed does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

typedef float floats __attribute__((vector_size(64)));
typedef float floats_anywhere __attribute__((vector_size(64), aligned(4)));
typedef uint32_t words __attribute__((vector_size(64)));
typedef int32_t integers __attribute__((vector_size(64)));
typedef uint16_t halves __attribute__((vector_size(32)));
typedef uint16_t halves_anywhere __attribute__((vector_size(32), aligned(2)));
typedef int8_t bytes __attribute__((vector_size(16)));
typedef int8_t bytes_anywhere __attribute__((vector_size(16), aligned(1)));
typedef double doubles __attribute__((vector_size(128)));
typedef double doubles_anywhere __attribute__((vector_size(128), aligned(8)));

INLINE doubles widened(floats x) { return __builtin_convertvector(x, doubles); }

INLINE floats load(const void *from, size_t index, bool is_bfloat16) {
    if (!is_bfloat16) return *(const floats_anywhere *)((const float *)from + index);
    halves upper = *(const halves_anywhere *)((const uint16_t *)from + index);
    return (floats)(__builtin_convertvector(upper, words) << 16);
}

// Rounds to the nearest, of two that are equally near to the even one; NaN stays NaN.
INLINE void store(void *to, size_t index, floats x, bool is_bfloat16) {
    if (!is_bfloat16) {
        *(floats_anywhere *)((float *)to + index) = x;
        return;
    }
    words bits = (words)x;
    words rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    words is_nan = (words)(x != x);
    rounded = (rounded & ~is_nan) | (0x7fc0 & is_nan);
    *(halves_anywhere *)((uint16_t *)to + index) = __builtin_convertvector(rounded, halves);
}

// The numbers that were selected, 0 for the others.
INLINE floats selected(floats x, const int8_t *selection, size_t index) {
    bytes flags = *(const bytes_anywhere *)(selection + index);
    return (floats)((integers)x & -__builtin_convertvector(flags, integers));
}

// The first where the condition holds, the second elsewhere.
INLINE floats chosen(integers condition, floats first, floats second) {
    return (floats)(((integers)first & condition) | ((integers)second & ~condition));
}

INLINE float load_one(const void *from, size_t index, bool is_bfloat16) {
    if (!is_bfloat16) return ((const float *)from)[index];
    union { uint32_t bits; float number; } both = {(uint32_t)((const uint16_t *)from)[index] << 16};
    return both.number;
}

INLINE void store_one(void *to, size_t index, float x, bool is_bfloat16) {
    if (!is_bfloat16) {
        ((float *)to)[index] = x;
        return;
    }
    union { float number; uint32_t bits; } both = {x};
    uint32_t rounded = (both.bits + 0x7fff + (both.bits >> 16 & 1)) >> 16;
    ((uint16_t *)to)[index] = (uint16_t)(x != x ? 0x7fc0 : rounded);
}
