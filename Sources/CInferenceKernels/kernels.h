// All kernels of one variant. Included once by each variant's file, which names the table.

#include "CInferenceKernels.h"
#include "vectors.h"

#include "convolution_by_channels.h"
#include "convolution_by_columns.h"
#include "linear.h"
#include "planes.h"

const inference_kernels INFERENCE_TABLE = {
    .column_lanes = WIDE_LANES,
    .channel_lanes = NARROW_LANES,
    .convolution_by_columns = convolution_by_columns,
    .convolution_by_channels = convolution_by_channels,
    .linear = linear,
    .max_pooling = max_pooling,
    .elementwise = elementwise,
    .columns_group = columns_group,
    .channels_group = channels_group,
    .linear_group = linear_group,
};
