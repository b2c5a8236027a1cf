// Compares the sums of resizing of every variant with plain loops, without Swift: for sanitizers, and
// for processors that a machine only emulates. Sums are exact, so every byte has to be equal. Every
// block of memory has exactly the size that it has to have.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CImageKernels.h"

static int cases, failures;
static uint32_t state;

static uint32_t drawn(uint32_t below) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % below;
}

static void *memory_of(size_t size) {
    // No block of no bytes: a sanitizer has nothing to guard there.
    void *block = malloc(size > 0 ? size : 1);
    if (!block) abort();
    return memset(block, 0xA5, size);
}

static uint8_t *bytes_of(size_t count) {
    uint8_t *bytes = memory_of(count);
    for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)drawn(256);
    return bytes;
}

// One of so many weights. Bicubic ones are negative and above 1, so that sums have to be cut at both
// ends; their sizes add up to less than 2, or sums would not fit 32 bits.
static int32_t weight(size_t count) {
    const int32_t largest = (int32_t)((15u << IMAGE_WEIGHT_BITS) / 8 / count);
    return (int32_t)drawn((uint32_t)largest * 3 / 2) - largest / 2;
}

static uint8_t cut(int64_t sum) {
    sum += 1 << (IMAGE_WEIGHT_BITS - 1);
    const int64_t whole = sum >> IMAGE_WEIGHT_BITS;
    return (uint8_t)(whole < 0 ? 0 : whole > 255 ? 255 : whole);
}

static void check(const char *what, size_t place, uint8_t found, uint8_t expected) {
    cases++;
    if (found == expected) return;
    if (failures++ < 20) printf("%s %zu: %d, expected %d\n", what, place, found, expected);
}

static void check_columns(const image_kernels *kernels, size_t width, size_t count, size_t taps) {
    int32_t *starts = memory_of(count * 4), *counts = memory_of(count * 4);
    int32_t *weights = memory_of(count * taps * 4);
    for (size_t i = 0; i < count; i++) {
        counts[i] = (int32_t)drawn((uint32_t)taps) + 1;
        starts[i] = (int32_t)drawn((uint32_t)(width - (size_t)counts[i] + 1));
        for (size_t tap = 0; tap < taps; tap++) weights[i * taps + tap] = weight(taps);
    }
    const image_weights sums = {starts, counts, weights, taps, count};
    for (size_t pixel_bytes = 1; pixel_bytes <= 4; pixel_bytes += 3) {
        uint8_t *source = bytes_of(width * pixel_bytes), *target = memory_of(count * pixel_bytes);
        (pixel_bytes == 1 ? kernels->sum_columns_of_1 : kernels->sum_columns_of_4)(
            source, target, sums);
        for (size_t i = 0; i < count * pixel_bytes; i++) {
            const size_t place = i / pixel_bytes;
            int64_t sum = 0;
            for (int32_t tap = 0; tap < counts[place]; tap++)
                sum += (int64_t)weights[place * taps + (size_t)tap]
                    * source[((size_t)(starts[place] + tap)) * pixel_bytes + i % pixel_bytes];
            check("column", i, target[i], cut(sum));
        }
        free(source);
        free(target);
    }
    free(starts);
    free(counts);
    free(weights);
}

// A ring of fewer rows than there are numbers: those that are added up lie around its end.
static void check_rows(const image_kernels *kernels, size_t length, size_t capacity, size_t count) {
    const size_t row_bytes = length + drawn(5), first = drawn(1000);
    uint8_t *memory = bytes_of((capacity - 1) * row_bytes + length), *target = memory_of(length);
    int32_t *weights = memory_of(count * 4);
    for (size_t tap = 0; tap < count; tap++) weights[tap] = weight(count);
    kernels->sum_rows((image_rows){memory, capacity, row_bytes}, first, weights, count, target, length);
    for (size_t i = 0; i < length; i++) {
        int64_t sum = 0;
        for (size_t tap = 0; tap < count; tap++)
            sum += (int64_t)weights[tap] * memory[(first + tap) % capacity * row_bytes + i];
        check("row", i, target[i], cut(sum));
    }
    free(memory);
    free(target);
    free(weights);
}

int main(void) {
    const image_kernels *kernels[2];
    const size_t available = image_kernels_available(kernels);
    int all_failures = 0;
    for (size_t variant = 0; variant < available; variant++) {
        cases = failures = 0;
        state = 1;
        for (size_t width = 1; width <= 40; width++)
            for (size_t taps = 1; taps <= 7 && taps <= width; taps++)
                check_columns(kernels[variant], width, 1 + drawn(70), taps);
        for (size_t length = 1; length <= 100; length++)
            for (size_t count = 1; count <= 6; count++)
                check_rows(kernels[variant], length, count + drawn(3), count);
        printf(
            "%s: %d of %d bytes are right\n", kernels[variant]->name, cases - failures, cases);
        all_failures += failures;
    }
    return all_failures > 0;
}
