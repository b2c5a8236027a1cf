// A register block of a convolution to blocks: up to eight output pixels of a row by up to three
// blocks of output channels, a pixel of a block being one vector.
//
// Taps that fall on padding are not visited: rows of the kernel by the range of `ky`, columns by
// leaving out pixels at either end, which is decided once per `kx`.

#if defined(INFERENCE_AVX512)
#define BLOCK_COLUMNS 8
#define BLOCK_GROUPS 3
#elif VECTOR_REGISTERS == 32 || WIDE_LANES == 8
#define BLOCK_COLUMNS 6
#define BLOCK_GROUPS 1
#else
#define BLOCK_COLUMNS 3
#define BLOCK_GROUPS 1
#endif

/// How far ahead of their use weights are asked for: those of large networks come from memory, and
/// would be waited for. In bfloat16 there are half as many, and asking costs more than it saves.
#define WEIGHTS_AHEAD (128 * BLOCK)

/// Where a register block reads and writes, and which part of the kernel meets the image there.
typedef struct {
    const float *source;
    const float *weights;
    const float *biases;
    const float *other;
    float *result;
    /// The rows of the kernel that meet the image.
    int first_row, end_row;
    int first_pixel;
} pixel_block;

/// What a register block holds, and how its source lies. Constants wherever a block is run, but for
/// a distance that depends on the stride.
typedef struct {
    /// Output pixels of a row by blocks of output channels.
    int columns, groups;
    /// Floats from the source of an output pixel to that of the next.
    ptrdiff_t distance;
    /// How many channels of a source pixel lie side by side.
    int inner;
} pixel_block_shape;

/// The rows of one column of the kernel that meet the image.
typedef struct {
    const float *source;
    const float *weights;
    int rows;
} kernel_column;

/// Adds the products with one column of the kernel, for the pixels from `first` to `end`: all but
/// those at which the column misses the image.
INLINE void add_kernel_column(
    const inference_step *step, const pixel_block_shape *shape, const kernel_column *column,
    int first, int end, pixel sums[BLOCK_COLUMNS][BLOCK_GROUPS]
) {
    const int outer = step->geometry.channels / shape->inner, rows = column->rows;
    const ptrdiff_t next_row = step->geometry.window.dilation.rows * step->source.row;
    const float *weights = column->weights;
    for (int ky = 0; ky < rows; ky++) {
        const float *row = column->source + ky * next_row;
        for (int o = 0; o < outer; o++) {
            // The next block of the source is far away, and nothing else foresees it.
            if (shape->inner == BLOCK)
                UNROLL for (int x = 0; x < shape->columns; x++)
                    __builtin_prefetch(row + step->source.channel + x * shape->distance, 0, 3);
            for (int i = 0; i < shape->inner; i++) {
                if (shape->inner == BLOCK)
                    UNROLL for (int g = 0; g < shape->groups; g++)
                        __builtin_prefetch(weights + WEIGHTS_AHEAD + g * BLOCK, 0, 2);
                UNROLL for (int x = 0; x < shape->columns; x++) {
                    if (x < first || x >= end) continue;
                    UNROLL for (int g = 0; g < shape->groups; g++)
                        pixel_multiply_add(
                            &sums[x][g], row + x * shape->distance + i, weights + g * BLOCK,
                            shape->inner == BLOCK_PAIRS);
                }
                weights += shape->groups * BLOCK;
            }
            row += step->source.channel;
        }
    }
}

/// Adds what is to be added to the sums of a block, and stores them.
INLINE void pixel_block_store(
    const inference_step *step, const pixel_block *block, const pixel_block_shape *shape,
    pixel sums[BLOCK_COLUMNS][BLOCK_GROUPS]
) {
    UNROLL for (int g = 0; g < shape->groups; g++)
        UNROLL for (int x = 0; x < shape->columns; x++) {
            pixel y = sums[x][g];
            if (step->epilogue.has_other)
                y += PIXEL(block->other + g * step->other.channel + x * BLOCK);
            pixel_bound(&y, &step->epilogue);
            PIXEL_RESULT(block->result + g * step->result.channel + x * BLOCK) = y;
        }
}

INLINE void pixel_block_run(
    const inference_step *step, const pixel_block *block, const pixel_block_shape *shape
) {
    const int columns = shape->columns, groups = shape->groups;
    pixel sums[BLOCK_COLUMNS][BLOCK_GROUPS];
    UNROLL for (int g = 0; g < groups; g++) {
        const pixel bias = PIXEL(block->biases + g * BLOCK);
        UNROLL for (int x = 0; x < columns; x++) sums[x][g] = bias;
    }
    const inference_window *window = &step->geometry.window;
    const int stride = window->stride.columns, dilation = window->dilation.columns;
    const int width = step->geometry.width;
    for (int kx = 0; kx < window->size.columns; kx++) {
        // The columns of the image that the first and the last pixel meet by this tap, and how many
        // pixels miss the image on either side.
        const int first =
            block->first_pixel * stride + kx * dilation - window->padding.columns;
        const int last = first + (columns - 1) * stride;
        const int left = first >= 0 ? 0 : smaller(columns, (-first + stride - 1) / stride);
        const int right = last < width ? 0 : smaller(columns, (last - width) / stride + 1);
        const kernel_column column = {
            .source = block->source
                + block->first_row * window->dilation.rows * step->source.row
                + (ptrdiff_t)kx * dilation * shape->inner,
            .weights = block->weights
                + ((ptrdiff_t)kx * window->size.rows + block->first_row)
                    * step->geometry.channels * groups * BLOCK,
            .rows = block->end_row - block->first_row,
        };
        // With constants, for what there is most often, no pixel is asked about.
        if (left + right == 0) add_kernel_column(step, shape, &column, 0, columns, sums);
        else if (left == 1 && right == 0)
            add_kernel_column(step, shape, &column, 1, columns, sums);
        else if (left == 0 && right == 1)
            add_kernel_column(step, shape, &column, 0, columns - 1, sums);
        else if (left == 2 && right == 0)
            add_kernel_column(step, shape, &column, 2, columns, sums);
        else if (left == 0 && right == 2)
            add_kernel_column(step, shape, &column, 0, columns - 2, sums);
        else add_kernel_column(step, shape, &column, left, columns - right, sums);
    }
    pixel_block_store(step, block, shape, sums);
}

/// Runs a block with what is known of its source; `columns` and `groups` are constants.
INLINE void pixel_block_run_sized(
    const inference_step *step, const pixel_block *block, int columns, int groups
) {
    // The stride is read anew where it is needed: once for all, it made the compiler spill sums of
    // planes on AVX2, which took twice as long.
    if (step->blocks.source_block == BLOCK && step->geometry.window.stride.columns == 1) {
        const pixel_block_shape shape = {columns, groups, BLOCK, BLOCK};
        pixel_block_run(step, block, &shape);
    } else if (step->blocks.source_block == BLOCK) {
        const ptrdiff_t distance = (ptrdiff_t)BLOCK * step->geometry.window.stride.columns;
        const pixel_block_shape shape = {columns, groups, distance, BLOCK};
        pixel_block_run(step, block, &shape);
    } else if (step->blocks.source_block == BLOCK_PAIRS) {
        const ptrdiff_t distance = (ptrdiff_t)BLOCK_PAIRS * step->geometry.window.stride.columns;
        const pixel_block_shape shape = {columns, groups, distance, BLOCK_PAIRS};
        pixel_block_run(step, block, &shape);
    } else {
        const ptrdiff_t distance = step->geometry.window.stride.columns;
        const pixel_block_shape shape = {columns, groups, distance, 1};
        pixel_block_run(step, block, &shape);
    }
}

#define PIXEL_BLOCK(columns, groups) \
    case (groups - 1) * 8 + columns: \
        pixel_block_run_sized(step, block, columns, groups); \
        return;

static void pixel_block_dispatch(
    const inference_step *step, const pixel_block *block, int columns, int groups
) {
    switch ((groups - 1) * 8 + columns) {
        PIXEL_BLOCK(1, 1)
        PIXEL_BLOCK(2, 1)
        PIXEL_BLOCK(3, 1)
#if BLOCK_COLUMNS > 3
        PIXEL_BLOCK(4, 1)
        PIXEL_BLOCK(5, 1)
        PIXEL_BLOCK(6, 1)
#endif
#if BLOCK_COLUMNS > 6
        PIXEL_BLOCK(7, 1)
        PIXEL_BLOCK(8, 1)
        PIXEL_BLOCK(1, 2)
        PIXEL_BLOCK(2, 2)
        PIXEL_BLOCK(3, 2)
        PIXEL_BLOCK(4, 2)
        PIXEL_BLOCK(5, 2)
        PIXEL_BLOCK(6, 2)
        PIXEL_BLOCK(7, 2)
        PIXEL_BLOCK(8, 2)
        PIXEL_BLOCK(1, 3)
        PIXEL_BLOCK(2, 3)
        PIXEL_BLOCK(3, 3)
        PIXEL_BLOCK(4, 3)
        PIXEL_BLOCK(5, 3)
        PIXEL_BLOCK(6, 3)
        PIXEL_BLOCK(7, 3)
        PIXEL_BLOCK(8, 3)
#endif
    default: __builtin_unreachable();
    }
}
