// How work is cut: from the sizes alone.

#pragma once

#include "CTrainingKernels.h"

enum {
    // Numbers of a vector, whatever the processor: the compiler makes several of one where need be.
    LANES = 16,
    // How many numbers are added up in 32 bits.
    BLOCK = 32,
    // Chunks go to threads. Each has sums of its own, which should be few beside its numbers.
    LEAST_ROWS = 8 * BLOCK,
    LEAST_NUMBERS = 1 << 14,
};

// Rows of whole vectors: of as many pixels as it takes. What is left of the pixels is a rest.
typedef struct {
    size_t width;
    size_t count;
    size_t per_chunk;
    size_t chunks;
    size_t rest;
} rows;

static inline rows rows_of(size_t pixels, size_t channels) {
    size_t repeats = LANES;
    while (repeats > 1 && channels * (repeats / 2) % LANES == 0) repeats /= 2;
    rows result = {.width = channels * repeats, .count = pixels / repeats, .rest = pixels % repeats};
    size_t wanted = (LEAST_NUMBERS / result.width + BLOCK) / BLOCK * BLOCK;
    result.per_chunk = wanted < LEAST_ROWS ? LEAST_ROWS : wanted;
    result.chunks = (result.count + result.per_chunk - 1) / result.per_chunk;
    return result;
}

// Sums of 64 bits per column and chunk; numbers of 32 bits per column.
enum { SUMS = 3, FACTORS = 4 };

static inline size_t scratch_sums(rows rows) { return (rows.chunks + 1) * SUMS * rows.width; }

// How a local response normalization is cut: chunks of pixels, each with rows of its own for one pixel
// at a time.
typedef struct {
    // Channels on either side whose squares are added, and how many zeros stand there.
    size_t reach;
    // Of whole vectors of channels.
    size_t width;
    size_t pixels_per_chunk, chunks;
    // Of all rows of a chunk.
    size_t numbers;
} response_rows;

enum { MOST_CHUNKS = 64, RESPONSE_ROWS = 6, ROWS_WITH_ZEROS = 2 };

static inline response_rows response_rows_of(training_response sizes) {
    response_rows rows = {.reach = sizes.size / 2};
    if (rows.reach >= sizes.channels) rows.reach = sizes.channels - 1;
    rows.width = (sizes.channels + LANES - 1) / LANES * LANES;
    rows.numbers = RESPONSE_ROWS * rows.width + ROWS_WITH_ZEROS * 2 * rows.reach;
    size_t least = LEAST_NUMBERS / sizes.channels + 1;
    size_t even = (sizes.pixels + MOST_CHUNKS - 1) / MOST_CHUNKS;
    rows.pixels_per_chunk = even > least ? even : least;
    rows.chunks = (sizes.pixels + rows.pixels_per_chunk - 1) / rows.pixels_per_chunk;
    return rows;
}
