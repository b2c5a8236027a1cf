// Depthwise convolution in blocks: every channel by a kernel of its own, so that a pixel of a block is
// multiplied by one vector of weights per tap.
//
// A register block is some output pixels of a row. A vector of the source is read once for all the
// taps of a row of the kernel that meet it; beyond the edge it is a vector of zeros, chosen by its
// address, so that no tap is asked about.

#if defined(INFERENCE_AVX512)
#define DEPTHWISE_COLUMNS 8
#else
#define DEPTHWISE_COLUMNS 4
#endif

/// The largest kernel whose loops are written out.
#define DEPTHWISE_LARGEST 7

/// Where a register block reads and writes.
typedef struct {
    /// The source of the first pixel by the first tap of the kernel, be it in the image or not, and
    /// its column.
    const float *source;
    int column;
    const float *weights;
    const float *other;
    float *result;
    pixel bias;
    /// The rows of the kernel that meet the image.
    int first_row, end_row;
} depthwise_block;

/// The address of the pixel so many columns from the first of a block.
INLINE const float *depthwise_address(
    const inference_step *step, const depthwise_block *block, const float *row, int offset,
    int is_inside
) {
    static const float zeros[BLOCK];
    const unsigned column = (unsigned)(block->column + offset);
    const float *address = row + (ptrdiff_t)offset * BLOCK;
    return is_inside || column < (unsigned)step->geometry.width ? address : zeros;
}

INLINE void depthwise_store(
    const inference_step *step, const depthwise_block *block, int columns,
    pixel sums[DEPTHWISE_COLUMNS]
) {
    UNROLL for (int x = 0; x < columns; x++) {
        if (step->epilogue.has_other) sums[x] += PIXEL(block->other + x * BLOCK);
        pixel_bound(&sums[x], &step->epilogue);
        PIXEL_RESULT(block->result + x * BLOCK) = sums[x];
    }
}

/// A block of a square kernel without dilation. All but the step and the block are constants wherever
/// this is called.
INLINE void depthwise_block_run(
    const inference_step *step, const depthwise_block *block, int columns, int size, int stride,
    int is_inside
) {
    pixel sums[DEPTHWISE_COLUMNS];
    UNROLL for (int x = 0; x < columns; x++) sums[x] = block->bias;
    for (int ky = block->first_row; ky < block->end_row; ky++) {
        const float *row = block->source + ky * step->source.row;
        pixel weights[DEPTHWISE_LARGEST];
        UNROLL for (int kx = 0; kx < size; kx++)
            weights[kx] = PIXEL(block->weights + (ky * size + kx) * BLOCK);
        UNROLL for (int i = 0; i < (columns - 1) * stride + size; i++) {
            const pixel source = PIXEL(depthwise_address(step, block, row, i, is_inside));
            UNROLL for (int kx = 0; kx < size; kx++) {
                const int x = (i - kx) / stride;
                if (i >= kx && (i - kx) % stride == 0 && x < columns)
                    sums[x] += source * weights[kx];
            }
        }
    }
    depthwise_store(step, block, columns, sums);
}

/// A block of any kernel, stride and dilation.
static void depthwise_block_of_any(
    const inference_step *step, const depthwise_block *block, int columns
) {
    const inference_window *window = &step->geometry.window;
    pixel sums[DEPTHWISE_COLUMNS];
    for (int x = 0; x < columns; x++) sums[x] = block->bias;
    for (int ky = block->first_row; ky < block->end_row; ky++) {
        const float *row = block->source + ky * window->dilation.rows * step->source.row;
        for (int kx = 0; kx < window->size.columns; kx++) {
            const pixel weight =
                PIXEL(block->weights + (ky * window->size.columns + kx) * BLOCK);
            for (int x = 0; x < columns; x++) {
                const int offset = x * window->stride.columns + kx * window->dilation.columns;
                sums[x] += weight * PIXEL(depthwise_address(step, block, row, offset, false));
            }
        }
    }
    for (int x = 0; x < columns; x++) {
        if (step->epilogue.has_other) sums[x] += PIXEL(block->other + x * BLOCK);
        pixel_bound(&sums[x], &step->epilogue);
        PIXEL_RESULT(block->result + x * BLOCK) = sums[x];
    }
}

#define DEPTHWISE_BLOCK(columns, size, stride) \
    case (stride - 1) * 64 + size * 8 + columns - 1: \
        if (is_inside) depthwise_block_run(step, block, columns, size, stride, true); \
        else depthwise_block_run(step, block, columns, size, stride, false); \
        return;
#define DEPTHWISE_BLOCKS_OF_SIZE(columns, size) \
    DEPTHWISE_BLOCK(columns, size, 1) \
    DEPTHWISE_BLOCK(columns, size, 2)
#define DEPTHWISE_BLOCKS(columns) \
    DEPTHWISE_BLOCKS_OF_SIZE(columns, 3) \
    DEPTHWISE_BLOCKS_OF_SIZE(columns, 5) \
    DEPTHWISE_BLOCKS_OF_SIZE(columns, 7)

static void depthwise_block_dispatch(
    const inference_step *step, const depthwise_block *block, int columns, int kind
) {
    const inference_window *window = &step->geometry.window;
    const int last =
        block->column + (columns - 1) * window->stride.columns + window->size.columns - 1;
    const bool is_inside = block->column >= 0 && last < step->geometry.width;
    switch (kind + columns - 1) {
        DEPTHWISE_BLOCKS(1)
        DEPTHWISE_BLOCKS(2)
        DEPTHWISE_BLOCKS(3)
        DEPTHWISE_BLOCKS(4)
#if DEPTHWISE_COLUMNS == 8
        DEPTHWISE_BLOCKS(5)
        DEPTHWISE_BLOCKS(6)
        DEPTHWISE_BLOCKS(7)
        DEPTHWISE_BLOCKS(8)
#endif
    default: depthwise_block_of_any(step, block, columns);
    }
}

/// What the window is like, for the dispatch; negative for one whose loops are not written out.
INLINE int depthwise_kind(const inference_window *window) {
    const int size = window->size.rows, stride = window->stride.rows;
    const bool is_written_out = size == window->size.columns && stride == window->stride.columns
        && window->dilation.rows == 1 && window->dilation.columns == 1 && size % 2 == 1
        && size > 1 && size <= DEPTHWISE_LARGEST && stride <= 2;
    return is_written_out ? (stride - 1) * 64 + size * 8 : -DEPTHWISE_COLUMNS;
}

/// One block of channels of a sample.
INLINE void depthwise_of_block(
    const inference_step *step, const float *source, const float *other, float *result, int b
) {
    const inference_geometry *geometry = &step->geometry;
    const inference_window *window = &geometry->window;
    const int columns = geometry->columns, kind = depthwise_kind(window);
    const int parts = (columns + DEPTHWISE_COLUMNS - 1) / DEPTHWISE_COLUMNS;
    depthwise_block block = {
        .weights = step->weights + (ptrdiff_t)b * window->size.rows * window->size.columns * BLOCK,
        .bias = PIXEL(step->biases + b * BLOCK),
    };
    for (int y = 0; y < geometry->rows; y++) {
        const int top = y * window->stride.rows - window->padding.rows;
        rows_in_image(geometry, top, &block.first_row, &block.end_row);
        for (int part = 0; part < parts; part++) {
            const int first = columns * part / parts, end = columns * (part + 1) / parts;
            block.column = first * window->stride.columns - window->padding.columns;
            block.source = source + top * step->source.row + (ptrdiff_t)block.column * BLOCK;
            block.other = other + y * step->other.row + first * BLOCK;
            block.result = result + y * step->result.row + first * BLOCK;
            depthwise_block_dispatch(step, &block, end - first, kind);
        }
        if (is_curved(&step->epilogue))
            activate(&step->epilogue, result + y * step->result.row, columns * BLOCK);
    }
}

static void depthwise(const inference_step *step, float *memory) {
    for (int n = 0; n < step->geometry.samples; n++)
        for (int b = 0; b < block_count(step->geometry.channels); b++)
            depthwise_of_block(
                step, channel_at(memory, &step->source, n, b),
                channel_at(memory, &step->other, n, b), channel_at(memory, &step->result, n, b),
                b);
}
