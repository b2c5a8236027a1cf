#ifndef C_INFERENCE_KERNELS_H
#define C_INFERENCE_KERNELS_H

#include "inference_step.h"
#include "inference_team.h"

// Kernels for inference on a CPU, each compiled for several instruction sets.
//
// A program is a flat list of steps. A step says which kernel runs, on which places of one block of
// memory, with which packed parameters. Running it allocates nothing and takes no lock.

/// An instruction set that the kernels were compiled for.
typedef enum {
    inference_portable,
    inference_neon,
    inference_avx2,
    inference_avx512,
    inference_avx512bf16,
} inference_variant;

/// How many variants there are.
#define inference_variant_count 5

/// Transforms the kernels of up to 16 filters at one channel by `rows`, of which there are `side`, as
/// long as a kernel is high and wide; the next filter's kernel is so many floats further on. Of the
/// results those at one position lie side by side, the next position's so many floats further on.
typedef void (*inference_tile_transform)(
    const double *rows, int32_t kernel_size, int32_t side, const float *kernels,
    ptrdiff_t next_filter, int32_t filters, float *result, ptrdiff_t next_position);

/// The kernels of one variant.
typedef struct {
    /// Floats in a vector of output columns, and in a vector of output channels.
    int32_t column_lanes, channel_lanes;
    /// Convolution with stride 1, from planes in a frame of zeros as wide as the padding, each
    /// vector along output columns. Weights are packed `[group of O][C][k][k][O in group]`.
    inference_kernel convolution_by_columns;
    /// Convolution from such planes, each vector along output channels. Weights are packed
    /// `[group of O][C][k][k][O in group]`, the groups filled up to whole vectors; see
    /// `channels_fill_half`.
    inference_kernel convolution_by_channels;
    /// Convolution to blocks, from blocks or from planes, to which `other` is added where
    /// there is one. Weights are packed `[group of O][kx][ky][C][O in group]`, the last group with
    /// as many blocks as there are, each filled up to 16.
    inference_kernel convolution_by_blocks;
    /// The same from blocks, with stride 1 and kernels of 3x3 or 5x5, with fewer multiplications: results differ
    /// by more than rounding of a sum. Weights are transformed by the caller and packed
    /// `[block of O][position][C][O in block]`.
    inference_kernel convolution_by_tiles;
    /// The same from planes, with stride 2, for kernels of 7 columns. Each row of a kernel is
    /// transformed by the caller to 13 numbers, and packed `[block of O][ky][C][position][O in
    /// block]`: the four even taps by the points 0, ±5/8, ±3/2, infinity and 1, then the three odd ones
    /// by all of these but the last.
    inference_kernel convolution_by_lines;
    /// Whether that is faster than `convolution_by_blocks`.
    bool prefers_lines;
    /// Convolution in blocks of as many groups as channels. Weights are packed
    /// `[block][ky][kx][channel in block]`.
    inference_kernel depthwise;
    /// Fully connected: the features of all rows of all planes, in bfloat16 those of one row, to
    /// `result_channels`. Weights are packed `[group of O][I / lanes][O in group][lanes]`, each row
    /// of features filled up with zeros.
    inference_kernel linear;
    /// The maximum of windows on planes.
    inference_kernel max_pooling;
    /// Source, source + other or source · other to result, element by element on planes. The result
    /// may be one of the operands.
    inference_kernel elementwise, product;
    /// The same and more on blocks; the results of products and scaling may be the source.
    inference_kernel max_pooling_of_blocks, average_pooling_of_blocks, global_average_of_blocks,
        scaling_of_blocks, product_with_channels, local_response_of_blocks;
    /// Channels to other places in blocks.
    inference_kernel shortcut_of_blocks, copy_to_channels, shuffle_of_blocks;
    /// Changes of layout.
    inference_kernel planes_to_blocks, blocks_to_planes;
    /// Multiplies and adds in registers, 12 vectors a round, and returns how many floating-point
    /// operations that were: what a core can do at most.
    int64_t (*multiply_adds)(int64_t rounds, float *sink);
    /// How many result channels `convolution_by_columns` computes together, for so many columns.
    int32_t (*columns_group)(int32_t result_channels, int32_t columns);
    /// How many result channels `convolution_by_channels` computes together.
    int32_t (*channels_group)(int32_t result_channels);
    /// Whether `convolution_by_channels` wants the last channels, which fill at most half a vector,
    /// twice in it: weights and biases alike.
    bool (*channels_fill_half)(int32_t result_channels);
    /// How many result channels `convolution_by_blocks` computes together.
    int32_t (*blocks_group)(int32_t result_channels);
    /// Floats of scratch memory that `convolution_by_blocks` needs in bfloat16.
    int64_t (*blocks_scratch)(int32_t channels, int32_t height, int32_t width);
    /// Floats of scratch memory that `convolution_by_tiles` needs.
    int32_t (*tiles_scratch)(int32_t kernel_size, int32_t tile_size, int32_t channels);
    /// Floats of scratch memory that `convolution_by_lines` needs, for kernels of so many rows.
    int64_t (*lines_scratch)(int32_t rows, int32_t channels, int32_t columns);
    /// Transforms weights for `convolution_by_tiles`.
    inference_tile_transform transform_kernels;
    /// Floats of scratch memory that `linear` needs in bfloat16.
    int64_t (*linear_scratch)(int32_t features);
    /// How many result features `linear` computes together.
    int32_t (*linear_group)(int32_t result_channels);
} inference_kernels;

/// The kernels of a variant, or NULL where this processor cannot run it.
const inference_kernels *inference_kernels_for(inference_variant variant);

/// The fastest variant that this processor can run.
inference_variant inference_fastest_variant(void);

/// What people call a variant: `portable`, `neon`, `avx2`, `avx512`, `avx512bf16`.
const char *inference_variant_name(inference_variant variant);

#endif
