// All kernels of one variant. Included once by each variant's file, which names the table.

#include "CInferenceKernels.h"
#include "vectors.h"
#include "places.h"
#include "pixels.h"
#include "activations.h"
#include "bfloat16.h"

#include "pixel_block.h"
#include "convolution_by_blocks.h"
#include "depthwise.h"
#include "blocks.h"
#include "pooling_of_blocks.h"
#include "channels_of_blocks.h"
#include "tile_transforms.h"
#include "tiles.h"
#include "tile_weights.h"
#include "convolution_by_tiles.h"
#include "convolution_by_lines.h"
#include "convolution_by_channels.h"
#include "convolution_by_columns.h"
#include "linear.h"
#include "planes.h"

const inference_kernels INFERENCE_TABLE = {
    .column_lanes = WIDE_LANES,
    .channel_lanes = NARROW_LANES,
    .convolution_by_columns = convolution_by_columns,
    .convolution_by_channels = convolution_by_channels,
    .convolution_by_blocks = convolution_by_blocks,
    .convolution_by_tiles = convolution_by_tiles,
    .convolution_by_lines = convolution_by_lines,
    .prefers_lines = PREFERS_LINES,
    .depthwise = depthwise,
    .linear = linear,
    .max_pooling = max_pooling,
    .elementwise = elementwise,
    .product = product,
    .max_pooling_of_blocks = max_pooling_of_blocks,
    .average_pooling_of_blocks = average_pooling_of_blocks,
    .global_average_of_blocks = global_average_of_blocks,
    .scaling_of_blocks = scaling_of_blocks,
    .product_with_channels = product_with_channels,
    .local_response_of_blocks = local_response_of_blocks,
    .shortcut_of_blocks = shortcut_of_blocks,
    .copy_to_channels = copy_to_channels,
    .shuffle_of_blocks = shuffle_of_blocks,
    .planes_to_blocks = planes_to_blocks,
    .blocks_to_planes = blocks_to_planes,
    .multiply_adds = multiply_adds,
    .columns_group = columns_group,
    .channels_group = channels_group,
    .channels_fill_half = channels_fill_half,
    .blocks_group = blocks_group,
    .blocks_scratch = blocks_scratch,
    .tiles_scratch = tiles_scratch,
    .lines_scratch = lines_scratch,
    .transform_kernels = transform_kernels,
    .linear_scratch = linear_scratch,
    .linear_group = linear_group,
};
