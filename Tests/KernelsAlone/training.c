// Compares what training computes in every variant with plain loops in double precision,
// without Swift: for sanitizers, and for processors that a machine only emulates. Every block of memory has exactly
// the size that it has to have.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CTrainingKernels.h"

static int cases, failures;

static void check(const char *what, size_t index, double found, double expected, double tolerance) {
    cases++;
    if (fabs(found - expected) <= tolerance * fmax(1, fabs(expected))) return;
    if (failures++ < 20) printf("%s %zu: %g, expected %g\n", what, index, found, expected);
}

// Backwards: chunks may run in any order.
static void backwards(
    void (*body)(size_t index, const void *context), size_t count, const void *context) {
    while (count-- > 0) body(count, context);
}

static void *memory_of(size_t size) {
    void *block = NULL;
    if (posix_memalign(&block, 64, size) != 0) abort();
    return memset(block, 0xA5, size);
}

static uint32_t state;

static float drawn(void) {
    state = state * 1664525 + 1013904223;
    return (float)(state >> 8) / (1 << 23) - 1;
}

static float element(const void *numbers, size_t index, bool is_bfloat16) {
    if (!is_bfloat16) return ((const float *)numbers)[index];
    const uint32_t bits = (uint32_t)((const uint16_t *)numbers)[index] << 16;
    float number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static void set_element(void *numbers, size_t index, float number, bool is_bfloat16) {
    if (!is_bfloat16) {
        ((float *)numbers)[index] = number;
        return;
    }
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    ((uint16_t *)numbers)[index] = (uint16_t)(bits >> 16);
}

// One channel by its definition, and the kernels' results beside it.
static void check_channel(
    const training_normalization_forward *forward, const training_normalization_backward *backward,
    size_t channel) {
    const size_t pixels = forward->sizes.pixels, channels = forward->sizes.channels;
    const bool halves = forward->sizes.is_bfloat16;
    double mean = 0, variance = 0, by_bias = 0, by_weight = 0;
    for (size_t i = 0; i < pixels; i++)
        mean += element(forward->source, i * channels + channel, halves) / (double)pixels;
    for (size_t i = 0; i < pixels; i++) {
        const double d = element(forward->source, i * channels + channel, halves) - mean;
        variance += d * d / (double)pixels;
    }
    const double tolerance = halves ? 0x1p-6 : 2e-5;
    const double weight = forward->weight[channel], scale = 1 / sqrt(variance + forward->sizes.epsilon);
    check("mean", channel, forward->mean[channel], mean, tolerance);
    check("variance", channel, forward->variance[channel], variance, tolerance);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < pixels; i++) {
            const size_t index = i * channels + channel;
            const double x = (element(forward->source, index, halves) - mean) * scale;
            double y = weight * x + forward->bias[channel];
            double dy = element(backward->gradient, index, halves);
            if (forward->sizes.is_cut && (y <= forward->sizes.minimum || y >= forward->sizes.maximum)) {
                y = y <= forward->sizes.minimum ? forward->sizes.minimum : forward->sizes.maximum;
                dy = 0;
            }
            if (pass == 0) {
                check("result", index, element(forward->result, index, halves), y, tolerance);
                by_bias += dy;
                by_weight += dy * x;
            } else {
                const double through = (by_bias + x * by_weight) / (double)pixels;
                const double dx = weight * scale * (dy - (backward->sizes.is_given ? 0 : through));
                check("by source", index, element(backward->by_source, index, halves), dx, tolerance);
            }
        }
    // Sums of many numbers that cancel each other: by how many there are.
    const double slack = tolerance * sqrt((double)pixels);
    check("by weight", channel, backward->by_weight[channel], by_weight, slack);
    check("by bias", channel, backward->by_bias[channel], by_bias, slack);
}

static void check_sizes(
    const training_kernels *kernels, training_normalization sizes, bool is_given) {
    const size_t count = sizes.pixels * sizes.channels, width = sizes.is_bfloat16 ? 2 : 4;
    void *source = memory_of(count * width), *gradient = memory_of(count * width);
    void *scratch = memory_of(training_scratch(sizes.pixels, sizes.channels));
    int8_t *selection = sizes.is_cut ? memory_of(count) : NULL;
    float *per_channel[6];
    for (int i = 0; i < 6; i++) per_channel[i] = memory_of(sizes.channels * sizeof(float));
    state = (uint32_t)(sizes.pixels * 100 + sizes.channels);
    for (size_t i = 0; i < count; i++) {
        // Away from where a ReLU cuts.
        set_element(source, i, (i % 3 == 0 ? -1.5f : 1.5f) + drawn(), sizes.is_bfloat16);
        set_element(gradient, i, drawn(), sizes.is_bfloat16);
    }
    for (size_t channel = 0; channel < sizes.channels; channel++) {
        per_channel[0][channel] = 1 + (float)channel / 64;
        per_channel[1][channel] = 0.125f;
    }
    const training_normalization_forward forward = {
        .sizes = sizes, .source = source, .weight = per_channel[0], .bias = per_channel[1],
        .mean = per_channel[2], .variance = per_channel[3], .result = memory_of(count * width),
        .selection = selection, .scratch = scratch};
    kernels->normalize(&forward, backwards);
    training_normalization backward_sizes = sizes;
    backward_sizes.is_given = is_given;
    const training_normalization_backward backward = {
        .sizes = backward_sizes, .source = source, .weight = per_channel[0], .mean = per_channel[2],
        .variance = per_channel[3], .gradient = gradient, .selection = selection,
        .by_source = memory_of(count * width), .by_weight = per_channel[4],
        .by_bias = per_channel[5], .scratch = scratch};
    kernels->differentiate(&backward, backwards);
    for (size_t channel = 0; channel < sizes.channels; channel++)
        check_channel(&forward, &backward, channel);
    for (int i = 0; i < 6; i++) free(per_channel[i]);
    free(forward.result);
    free(backward.by_source);
    free(selection);
    free(scratch);
    free(gradient);
    free(source);
}

static void check_products(const training_kernels *kernels, training_images sizes) {
    const size_t numbers = sizes.samples * sizes.channels, count = numbers * sizes.pixels;
    const size_t width = sizes.is_bfloat16 ? 2 : 4;
    void *source = memory_of(count * width), *factor = memory_of(numbers * width);
    void *product = memory_of(count * width), *gradient = memory_of(count * width);
    void *by_factor = memory_of(numbers * width);
    state = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        set_element(source, i, drawn(), sizes.is_bfloat16);
        set_element(gradient, i, drawn(), sizes.is_bfloat16);
    }
    for (size_t i = 0; i < numbers; i++) set_element(factor, i, drawn(), sizes.is_bfloat16);
    const training_product forward = {sizes, source, factor, product};
    kernels->multiply(&forward, backwards);
    const training_product_backward backward = {sizes, source, gradient, by_factor};
    kernels->sum_products(&backward, backwards);
    const double tolerance = sizes.is_bfloat16 ? 0x1p-8 : 1e-6;
    for (size_t number = 0; number < numbers; number++) {
        const size_t sample = number / sizes.channels, channel = number % sizes.channels;
        const double by = element(factor, number, sizes.is_bfloat16);
        double sum = 0;
        for (size_t pixel = 0; pixel < sizes.pixels; pixel++) {
            const size_t i = (sample * sizes.pixels + pixel) * sizes.channels + channel;
            const double x = element(source, i, sizes.is_bfloat16);
            check("product", i, element(product, i, sizes.is_bfloat16), x * by, tolerance);
            sum += x * element(gradient, i, sizes.is_bfloat16);
        }
        const double slack = tolerance * sqrt((double)sizes.pixels);
        check("by factor", number, element(by_factor, number, sizes.is_bfloat16), sum, slack);
    }
    free(by_factor);
    free(gradient);
    free(product);
    free(factor);
    free(source);
}

static void check_response(const training_kernels *kernels, training_response sizes) {
    const size_t count = sizes.pixels * sizes.channels, width = sizes.is_bfloat16 ? 2 : 4;
    void *source = memory_of(count * width), *gradient = memory_of(count * width);
    void *result = memory_of(count * width), *by_source = memory_of(count * width);
    void *scratch = memory_of(training_response_scratch(sizes));
    double *s = memory_of(sizes.channels * sizeof(double));
    state = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        set_element(source, i, drawn(), sizes.is_bfloat16);
        set_element(gradient, i, drawn(), sizes.is_bfloat16);
    }
    const training_response_forward forward = {sizes, source, result, scratch};
    kernels->respond(&forward, backwards);
    const training_response_backward backward = {sizes, source, gradient, by_source, scratch};
    kernels->differentiate_response(&backward, backwards);
    const double tolerance = sizes.is_bfloat16 ? 0x1p-7 : 3e-6;
    const ptrdiff_t channels = (ptrdiff_t)sizes.channels, reach = (ptrdiff_t)sizes.size / 2;
    for (size_t pixel = 0; pixel < sizes.pixels; pixel++) {
        const size_t start = pixel * sizes.channels;
        for (ptrdiff_t c = 0; c < channels; c++) {
            s[c] = sizes.k;
            for (ptrdiff_t d = -reach; d <= reach; d++)
                if (c + d >= 0 && c + d < channels) {
                    const double x = element(source, start + c + d, sizes.is_bfloat16);
                    s[c] += sizes.alpha * x * x;
                }
        }
        for (ptrdiff_t c = 0; c < channels; c++) {
            const double x = element(source, start + c, sizes.is_bfloat16), power = pow(s[c], -sizes.beta);
            double sum = 0;
            for (ptrdiff_t d = -reach; d <= reach; d++)
                if (c + d >= 0 && c + d < channels)
                    sum += element(gradient, start + c + d, sizes.is_bfloat16)
                        * element(source, start + c + d, sizes.is_bfloat16)
                        * pow(s[c + d], -sizes.beta - 1);
            const double dx = element(gradient, start + c, sizes.is_bfloat16) * power
                - 2 * sizes.alpha * sizes.beta * x * sum;
            check("response", start + c, element(result, start + c, sizes.is_bfloat16), x * power, tolerance);
            check("by response", start + c, element(by_source, start + c, sizes.is_bfloat16), dx, tolerance);
        }
    }
    free(s);
    free(scratch);
    free(by_source);
    free(result);
    free(gradient);
    free(source);
}

// Both types, with and without a cut on one side or both, of either statistics; products; and responses.
static void check_all(const training_kernels *kernels, size_t pixels, size_t channels) {
    for (int kind = 0; kind < 6; kind++) {
        training_normalization sizes = {
            .pixels = pixels, .channels = channels, .is_bfloat16 = kind & 1, .epsilon = 1e-3f};
        sizes.is_cut = kind > 1;
        sizes.maximum = kind > 3 ? 0.625f : INFINITY;
        if (kind > 3) sizes.minimum = -0.0625f;
        check_sizes(kernels, sizes, false);
        if (kind < 2) check_sizes(kernels, sizes, true);
    }
    for (int is_bfloat16 = 0; is_bfloat16 < 2; is_bfloat16++)
        for (size_t samples = 1; samples < 4; samples += 2)
            check_products(
                kernels, (training_images){samples, pixels, channels, is_bfloat16});
    for (int is_bfloat16 = 0; is_bfloat16 < 2; is_bfloat16++)
        for (size_t size = 1; size < 16; size += 4)
            check_response(
                kernels, (training_response){
                    pixels, channels, is_bfloat16, size, 0.05f, size == 5 ? 0.75f : 1.25f, 1.5f});
}

int main(void) {
    const size_t channels[] = {1, 3, 5, 16, 20, 24, 33}, pixels[] = {1, 2, 15, 16, 33, 300, 5000};
    const training_kernels *available[3];
    const size_t variants = training_kernels_available(available);
    int all_failures = 0;
    for (size_t variant = 0; variant < variants; variant++) {
        cases = failures = 0;
        for (int i = 0; i < 7; i++)
            for (int j = 0; j < 7; j++)
                check_all(available[variant], pixels[j], channels[i]);
        printf(
            "%s: %d of %d results are right\n", available[variant]->name, cases - failures, cases);
        all_failures += failures;
    }
    return all_failures > 0;
}
