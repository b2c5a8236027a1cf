// Batch normalization as training needs it: statistics of the batch, and derivatives through them;
// products of images with a number per channel; and local response normalization.
//
// A mean over millions of numbers is no sum of millions of floats: in one of 17 million numbers the
// variance lost 3 %. Here at most 32 numbers are added up in 32 bits, and what comes of them in 64.
// In which order follows from the sizes alone, so results do not depend on the number of threads.
//
// Pixels lie one behind the other, the channels of a pixel side by side.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Calls `body` for every index below `count`, in any order and on any threads, and waits.
typedef void (*training_parallel)(
    void (*body)(size_t index, const void *context), size_t count, const void *context);

// Sizes, and what the pixels are made of.
typedef struct {
    size_t pixels;
    size_t channels;
    // Upper halves of floats instead of floats.
    bool is_bfloat16;
    // Whether what is below the minimum or above the maximum is cut, and a selection records which
    // elements lie between.
    bool is_cut;
    float minimum, maximum;
    float epsilon;
    // Whether mean and variance are constants, so that no derivative goes through them; of the
    // derivatives alone.
    bool is_given;
} training_normalization;

typedef struct {
    training_normalization sizes;
    const void *source;
    // One number per channel each.
    const float *weight, *bias;
    float *mean, *variance;
    void *result;
    // One byte per element, or null.
    int8_t *selection;
    void *scratch;
} training_normalization_forward;

typedef struct {
    training_normalization sizes;
    const void *source;
    const float *weight, *mean, *variance;
    const void *gradient;
    const int8_t *selection;
    void *by_source;
    float *by_weight, *by_bias;
    void *scratch;
} training_normalization_backward;

// Sizes of images, and what they are made of.
typedef struct {
    size_t samples;
    // Of one sample.
    size_t pixels;
    size_t channels;
    // Upper halves of floats instead of floats.
    bool is_bfloat16;
} training_images;

// `result = source · factor`, which has one number per sample and channel.
typedef struct {
    training_images sizes;
    const void *source, *factor;
    void *result;
} training_product;

// The derivative by the factor: the sum over each channel of `source · gradient`.
typedef struct {
    training_images sizes;
    const void *source, *gradient;
    void *by_factor;
} training_product_backward;

// `result = source · s^-β` with `s = k + α · Σ source²` over `size` channels around each, an odd number;
// k is above 0, α at least 0.
typedef struct {
    size_t pixels;
    size_t channels;
    // Upper halves of floats instead of floats.
    bool is_bfloat16;
    size_t size;
    float alpha, beta, k;
} training_response;

typedef struct {
    training_response sizes;
    const void *source;
    void *result, *scratch;
} training_response_forward;

typedef struct {
    training_response sizes;
    const void *source, *gradient;
    void *by_source, *scratch;
} training_response_backward;

// The kernels of one instruction set.
typedef struct {
    const char *name;
    void (*normalize)(const training_normalization_forward *step, training_parallel parallel);
    void (*differentiate)(
        const training_normalization_backward *step, training_parallel parallel);
    void (*multiply)(const training_product *step, training_parallel parallel);
    void (*sum_products)(const training_product_backward *step, training_parallel parallel);
    void (*respond)(const training_response_forward *step, training_parallel parallel);
    void (*differentiate_response)(
        const training_response_backward *step, training_parallel parallel);
} training_kernels;

// How many bytes of scratch memory either direction of a batch normalization needs.
size_t training_scratch(size_t pixels, size_t channels);

// How many bytes of scratch memory either direction of a local response normalization needs.
size_t training_response_scratch(training_response sizes);

// The kernels that this processor can run, the fastest last; their number.
size_t training_kernels_available(const training_kernels *kernels[3]);

// The fastest of them.
const training_kernels *training_kernels_fastest(void);
