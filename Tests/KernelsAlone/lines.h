// Convolutions of 7x7 with stride 2, along lines of the image.

#pragma once

#include "expected.h"

enum { line_positions = 13 };

/// Some taps of a row, taken for a polynomial, at one of so many points of which the last is infinity,
/// over its distances to the others.
static double line_at_point(const float *taps, int size, int index) {
    const double point[] = {0, 0.625, -0.625, 1.5, -1.5, 1};
    const int finite = size + 2;
    if (index == finite) return taps[2 * (size - 1)];
    double sum = 0, distances = 1;
    for (int tap = size - 1; tap >= 0; tap--) sum = sum * point[index] + taps[2 * tap];
    for (int i = 0; i < finite; i++)
        if (i != index) distances *= point[index] - point[i];
    return sum / distances;
}

/// The number of a row of seven taps at a position: infinity comes before the point that only four
/// taps have.
static float line_weight(const float *taps, int position) {
    if (position > 6) return (float)line_at_point(taps + 1, 3, position - 7);
    return (float)line_at_point(taps, 4, position < 5 ? position : 11 - position);
}

/// From planes to blocks.
static void check_lines(const convolution *c) {
    inference_step step = step_of(c);
    memset(memory, 0, memory_count * sizeof(float));
    memcpy(memory, c->source, c->channels * c->height * c->width * sizeof(float));
    step.source.row = c->width;
    step.source.channel = c->height * c->width;
    step.result.start = memory_count / 2;
    step.result.row = step.geometry.columns * block;
    step.result.channel = step.geometry.rows * step.result.row;
    // At the end of memory, so that a sanitizer sees what is written behind.
    step.scratch = memory_count + inference_slack
        - kernels->lines_scratch(c->size, c->channels, step.geometry.columns);
    const int filled = (c->filters + block - 1) / block * block;
    const int rows = c->size * c->channels;
    float *weights = calloc((size_t)filled * rows * line_positions, sizeof(float));
    float *biases = calloc(filled, sizeof(float));
    memcpy(biases, c->biases, c->filters * sizeof(float));
    for (int f = 0; f < c->filters; f++)
        for (int channel = 0; channel < c->channels; channel++)
            for (int ky = 0; ky < c->size; ky++)
                for (int p = 0; p < line_positions; p++) {
                    const int row = (f / block * c->size + ky) * c->channels + channel;
                    weights[(row * line_positions + p) * block + f % block] = line_weight(
                        c->weights + ((f * c->channels + channel) * c->size + ky) * c->size, p);
                }
    step.weights = weights;
    step.biases = biases;
    step.kernel = kernels->convolution_by_lines;
    step.kernel(&step, memory);
    for (int f = 0; f < c->filters; f++)
        for (int y = 0; y < step.geometry.rows; y++)
            for (int x = 0; x < step.geometry.columns; x++)
                check(
                    "lines",
                    memory[step.result.start + f / block * step.result.channel
                           + y * step.result.row + x * block + f % block],
                    expected(c, f, y, x), rows * c->size + 1);
    free(weights);
    free(biases);
}

/// Of images whose rows fill tiles and registers in part.
static void check_lines_of(int channels, int filters, int height, int width, int padding) {
    convolution c = {channels, filters, height, width, 7, 2, padding, NULL, NULL, NULL};
    float *source = numbers(channels * height * width, 1);
    float *weights = numbers(filters * channels * 49, 1), *biases = numbers(filters, 1);
    c.source = source;
    c.weights = weights;
    c.biases = biases;
    check_lines(&c);
    free(source);
    free(weights);
    free(biases);
}
