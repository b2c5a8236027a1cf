#ifndef INFERENCE_STEP_H
#define INFERENCE_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One call of a kernel: on which places of memory, with which parameters, of which sizes.

/// Kernels may read so many floats behind the last element of a source, never before the first.
/// What is read there does not reach a result.
#define inference_slack 16

/// Where a value lies: distances in floats, the start counted from the start of the memory.
///
/// Values are planes, one per channel, or blocks, in which 16 channels of a pixel lie side by side;
/// lanes beyond the last channel hold finite numbers that reach no result. `channel` is the distance
/// between planes or blocks. Rows of a block follow each other.
typedef struct {
    ptrdiff_t start;
    ptrdiff_t sample;
    ptrdiff_t channel;
    ptrdiff_t row;
} inference_place;

typedef struct inference_step inference_step;

/// Runs one step on a caller's memory.
typedef void (*inference_kernel)(const inference_step *step, float *memory);

/// So many rows and columns.
typedef struct {
    int32_t rows, columns;
} inference_extent;

/// How a window moves over a source.
typedef struct {
    /// How many elements it sees.
    inference_extent size;
    /// From one window to the next.
    inference_extent stride;
    /// From one element that a window sees to the next.
    inference_extent dilation;
    /// Rows above and columns before the source at which the first window begins.
    inference_extent padding;
} inference_window;

/// Sizes of a step.
typedef struct {
    int32_t samples;
    /// Sizes of the source.
    int32_t channels, height, width;
    /// Sizes of what is computed; before the maximum of 2x2 windows, where that is taken too.
    int32_t result_channels, rows, columns;
    /// Of convolutions and pooling; a shortcut has a stride, too. Kernels on planes take what it says
    /// of rows for columns as well, and know no dilation.
    inference_window window;
} inference_geometry;

/// A function of one number.
typedef enum {
    inference_identity,
    /// `max(0, x)`.
    inference_relu,
    /// Cut to the bounds of the epilogue.
    inference_clip,
    inference_sigmoid,
    inference_hard_sigmoid,
    inference_hard_swish,
    inference_silu,
    inference_gelu,
    inference_gelu_tanh,
} inference_function;

/// What becomes of a result before it is stored.
typedef struct {
    /// Whether a second summand is added.
    bool has_other;
    /// Whether the result is the maximum of 2x2 windows, two apart; those at the end may be cut.
    bool takes_maximum;
    /// What is applied then. Convolutions and pooling on planes have identity and ReLU alone.
    inference_function function;
    /// Of `inference_clip`.
    float minimum, maximum;
} inference_epilogue;

/// Of a convolution from planes to planes.
typedef struct {
    /// How many result channels the packed weights hold side by side.
    int32_t group;
    /// The part of the columns that this step computes; even where windows are taken.
    int32_t first_column, end_column;
} inference_planes_convolution;

/// Parts of the channels of a convolution in blocks: each part of the result is computed from the
/// same part of the source alone. The channels of a step's geometry are those of one part, whole
/// blocks where there are several.
typedef struct {
    int32_t count;
    /// Floats from the weights of a part to those of the next.
    int64_t weights;
} inference_parts;

/// Of a convolution to blocks.
typedef struct {
    inference_parts parts;
    /// How many result channels the packed weights hold side by side.
    int32_t group;
    /// How many channels of a source pixel lie side by side: 1 in planes, 16 in blocks.
    int32_t source_block;
    /// Whether a source in blocks is rounded to bfloat16. Pairs of numbers lie in the place of
    /// single ones: the weights of two following source channels side by side.
    bool in_bfloat16;
} inference_blocks_convolution;

/// Of a convolution by tiles.
typedef struct {
    inference_parts parts;
    /// Results along a side of a tile: 2, or 4 where the kernel is 3x3.
    int32_t size;
    /// The tiles of each sample that this step computes, counted row by row.
    int32_t first, end;
    /// Whether tiles are rounded to bfloat16; the weights are pairs then, as of blocks.
    bool in_bfloat16;
} inference_tiles_convolution;

/// Of a fully connected layer.
typedef struct {
    /// How many result features the packed weights hold side by side.
    int32_t group;
    /// Whether features are rounded to bfloat16; the weights of two following ones are a pair then.
    bool in_bfloat16;
} inference_linear;

/// Of pooling.
typedef struct {
    /// Rows below and columns behind the source that a mean counts as zeros, as it does those that
    /// the window says above and before; none of them where it counts no padding.
    bool counts_padding;
    inference_extent padding_behind;
} inference_pooling;

/// Of a local response normalization.
typedef struct {
    /// How many neighbouring channels, at most 33.
    int32_t size;
    float alpha, beta, k;
} inference_local_response;

/// Of a shortcut, or a copy to some channels of the result.
typedef struct {
    /// The result channel to which the source's first channel goes.
    int32_t first_channel;
} inference_shortcut;

/// Of a shuffle.
typedef struct {
    int32_t groups;
} inference_shuffle;

/// One call of a kernel.
struct inference_step {
    inference_kernel kernel;
    inference_place source;
    /// The second summand or factor, where there is one.
    inference_place other;
    inference_place result;
    /// Where scratch memory begins, counted as places are.
    ptrdiff_t scratch;
    const float *weights;
    /// One per result channel.
    const float *biases;
    inference_geometry geometry;
    inference_epilogue epilogue;
    /// What only one kind of kernel reads.
    union {
        inference_planes_convolution planes;
        inference_blocks_convolution blocks;
        inference_tiles_convolution tiles;
        inference_linear linear;
        inference_pooling pooling;
        inference_local_response response;
        inference_shortcut shortcut;
        inference_shuffle shuffle;
    };
};

#endif
