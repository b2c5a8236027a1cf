// What kernels are compared with: convolutions by plain loops, numbers rounded to bfloat16.

#pragma once

#include "CInferenceKernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { block = 16, memory_count = 1 << 20 };

static const inference_kernels *kernels;
static float *memory;
static int failures, cases, all_failures, all_cases;

static float random_number(void) { return (float)rand() / (float)RAND_MAX * 2 - 1; }

static float *numbers(size_t count, float scale) {
    float *floats = malloc((count + 64) * sizeof(float));
    for (size_t i = 0; i < count + 64; i++) floats[i] = scale * random_number();
    return floats;
}

/// A convolution, and what it is computed from.
typedef struct {
    int channels, filters, height, width, size, stride, padding;
    const float *source, *weights, *biases;
} convolution;

static int rows_of(const convolution *c) {
    return (c->height + 2 * c->padding - c->size) / c->stride + 1;
}

static int columns_of(const convolution *c) {
    return (c->width + 2 * c->padding - c->size) / c->stride + 1;
}

static double expected(const convolution *c, int filter, int y, int x) {
    double sum = c->biases[filter];
    for (int channel = 0; channel < c->channels; channel++)
        for (int i = 0; i < c->size; i++)
            for (int j = 0; j < c->size; j++) {
                const int row = y * c->stride + i - c->padding;
                const int column = x * c->stride + j - c->padding;
                if (row < 0 || column < 0 || row >= c->height || column >= c->width) continue;
                sum += (double)c->source[(channel * c->height + row) * c->width + column]
                    * c->weights[((filter * c->channels + channel) * c->size + i) * c->size + j];
            }
    return sum > 0 ? sum : 0;
}

static void check_within(const char *what, double got, double wanted, double tolerance) {
    cases++;
    if (fabs(got - wanted) <= tolerance) return;
    failures++;
    printf("%s: got %g, expected %g\n", what, got, wanted);
}

static void check(const char *what, double got, double wanted, int terms) {
    // As far off as the rounding of so many terms of at most 1 can be, and what tiles add.
    check_within(what, got, wanted, terms * 4e-7);
}

static uint32_t bits_of(float number) {
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

/// The upper half of the nearest number in bfloat16, the one with an even significand in the middle.
static uint32_t half_of(float number) {
    const uint32_t bits = bits_of(number);
    return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

static float rounded(float number) {
    const uint32_t bits = half_of(number) << 16;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static float *all_rounded(const float *numbers, size_t count) {
    float *result = malloc(count * sizeof(float));
    for (size_t i = 0; i < count; i++) result[i] = rounded(numbers[i]);
    return result;
}

/// Lays each two rows side by side, a number of each in one word of bfloat16.
static void pair_rows(float *rows, size_t count, size_t length) {
    for (size_t first = 0; first < count; first += 2 * length)
        for (size_t i = 0; i < length; i++) {
            const uint32_t word =
                half_of(rows[first + i]) | half_of(rows[first + length + i]) << 16;
            memcpy(rows + first / 2 + i, &word, sizeof word);
        }
}

static inference_step step_of(const convolution *c) {
    inference_step step;
    memset(&step, 0, sizeof step);
    step.geometry.samples = 1;
    step.geometry.channels = c->channels;
    step.geometry.height = c->height;
    step.geometry.width = c->width;
    step.geometry.result_channels = c->filters;
    step.geometry.rows = rows_of(c);
    step.geometry.columns = columns_of(c);
    step.geometry.window = (inference_window){
        {c->size, c->size}, {c->stride, c->stride}, {1, 1}, {c->padding, c->padding}};
    step.epilogue.function = inference_relu;
    return step;
}

/// Lays planes out as blocks; memory is zeros before.
static void lay_out_blocks(const convolution *c, const inference_place *place) {
    for (int channel = 0; channel < c->channels; channel++)
        for (int i = 0; i < c->height * c->width; i++)
            memory[channel / block * place->channel + i * block + channel % block] =
                c->source[channel * c->height * c->width + i];
}
