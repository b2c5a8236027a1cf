// Sums of weighted pixels, which resizing an image comes to.
//
// Weights are whole numbers, of which 1 << 22 stand for 1. Sums are exact, so every instruction set
// gives the same bytes.

#pragma once

#include <stddef.h>
#include <stdint.h>

// As many bits of fraction weights have; Pillow's number, whose results these are.
#define IMAGE_WEIGHT_BITS 22

// What each pixel of a row is summed from: `counts[i]` pixels from `starts[i]` on, weighted by the
// numbers from `weights[i * stride]` on.
typedef struct {
    const int32_t *starts, *counts, *weights;
    size_t stride, count;
} image_weights;

// Rows of a picture, or of a ring of memory in which row `i` takes the place `i % capacity`.
typedef struct {
    const uint8_t *memory;
    // How many rows there is memory for, and how many bytes lie from one to the next.
    size_t capacity, row_bytes;
} image_rows;

// The kernels of one instruction set.
typedef struct {
    const char *name;
    // Makes a row of pixels out of one, of one byte per pixel or of four.
    void (*sum_columns_of_1)(const uint8_t *source, uint8_t *target, image_weights weights);
    void (*sum_columns_of_4)(const uint8_t *source, uint8_t *target, image_weights weights);
    // Adds up `length` bytes of each of `count` rows, weighted, from row number `first` on.
    void (*sum_rows)(
        image_rows rows, size_t first, const int32_t *weights, size_t count, uint8_t *target,
        size_t length);
} image_kernels;

// The kernels that this processor can run, the fastest last; their number.
size_t image_kernels_available(const image_kernels *kernels[2]);

// The fastest of them.
const image_kernels *image_kernels_fastest(void);
