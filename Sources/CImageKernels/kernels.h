// The kernels themselves. A variant says what its table is called and includes this.

#include <string.h>

#include "CImageKernels.h"

#define ONE_HALF (1 << (IMAGE_WEIGHT_BITS - 1))
// So many bytes of a row are added up at once.
#define BLOCK 32

typedef int32_t four_sums __attribute__((vector_size(16)));
typedef uint8_t four_bytes __attribute__((vector_size(4)));

static inline uint8_t byte_of(int32_t sum) {
    sum >>= IMAGE_WEIGHT_BITS;
    return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

static void sum_columns_of_1(const uint8_t *source, uint8_t *target, image_weights weights) {
    for (size_t place = 0; place < weights.count; place++) {
        const int32_t *weight = weights.weights + place * weights.stride;
        const uint8_t *pixel = source + weights.starts[place];
        int32_t sum = ONE_HALF;
        for (int32_t tap = 0; tap < weights.counts[place]; tap++) sum += pixel[tap] * weight[tap];
        target[place] = byte_of(sum);
    }
}

static void sum_columns_of_4(const uint8_t *source, uint8_t *target, image_weights weights) {
    for (size_t place = 0; place < weights.count; place++) {
        const int32_t *weight = weights.weights + place * weights.stride;
        const uint8_t *pixel = source + 4 * (size_t)weights.starts[place];
        four_sums sum = {ONE_HALF, ONE_HALF, ONE_HALF, ONE_HALF};
        for (int32_t tap = 0; tap < weights.counts[place]; tap++) {
            four_bytes bytes;
            memcpy(&bytes, pixel + 4 * tap, 4);
            sum += __builtin_convertvector(bytes, four_sums) * weight[tap];
        }
        sum >>= IMAGE_WEIGHT_BITS;
        // A comparison gives all bits where it holds, so this cuts at 0 and at 255.
        sum &= sum > 0;
        four_sums above = sum > 255;
        four_bytes bytes = __builtin_convertvector((sum & ~above) | (above & 255), four_bytes);
        memcpy(target + 4 * place, &bytes, 4);
    }
}

// Adds up a part of the rows, of which `length` is known where this is expanded, so that sums stay
// in registers.
static inline __attribute__((always_inline)) void sum_part(
    image_rows rows, size_t first, const int32_t *weights, size_t count, size_t start,
    uint8_t *target, size_t length) {
    int32_t sums[BLOCK];
    for (size_t i = 0; i < length; i++) sums[i] = ONE_HALF;
    size_t row = first % rows.capacity;
    for (size_t tap = 0; tap < count; tap++) {
        const uint8_t *bytes = rows.memory + row * rows.row_bytes + start;
        int32_t weight = weights[tap];
        for (size_t i = 0; i < length; i++) sums[i] += bytes[i] * weight;
        row = row + 1 == rows.capacity ? 0 : row + 1;
    }
    for (size_t i = 0; i < length; i++) target[start + i] = byte_of(sums[i]);
}

static void sum_rows(
    image_rows rows, size_t first, const int32_t *weights, size_t count, uint8_t *target,
    size_t length) {
    size_t start = 0;
    for (; start + BLOCK <= length; start += BLOCK)
        sum_part(rows, first, weights, count, start, target, BLOCK);
    sum_part(rows, first, weights, count, start, target, length - start);
}

const image_kernels IMAGE_TABLE = {IMAGE_NAME, sum_columns_of_1, sum_columns_of_4, sum_rows};
