// Convolution with any stride, from planes to planes, each vector along output channels.
//
// For rows too short for a vector along them, and for the columns that a vector leaves over. A
// block is a window of up to 2x2 output pixels by up to four vectors of channels; only the taps
// that meet the image at one of its pixels are visited, along rows and along columns. Where the
// last vector would be at most half full, it holds the same channels of two pixels of a row.

/// Most vectors of channels in a block.
#define CHANNEL_VECTORS (VECTOR_REGISTERS == 32 ? 4 : 2)

/// Channels in half a vector.
#define CHANNEL_HALF (NARROW_LANES / 2)

/// Where a block reads and writes, and which part of the kernel meets the image there.
typedef struct {
    const float *source;
    const float *weights;
    const float *biases;
    float *result;
    int first_row, end_row;
    int first_column, end_column;
    /// How many of the lanes are channels.
    int channels;
} channel_block;

/// What a block holds. Constants wherever one is run.
typedef struct {
    /// Output pixels.
    int rows, columns;
    /// Vectors of channels of each pixel, and whether the last one is only half of them.
    int vectors, has_half;
} channel_block_shape;

/// The sums of a block: whole vectors of each pixel, and the half one of each two in a row.
typedef struct {
    narrow whole[2][2][CHANNEL_VECTORS];
    narrow half[2];
} channel_sums;

/// The lower half of one vector, then the upper half of another.
INLINE narrow narrow_of_halves(narrow a, narrow b) {
#if NARROW_LANES == 8
    return __builtin_shufflevector(a, b, 0, 1, 2, 3, 12, 13, 14, 15);
#else
    return __builtin_shufflevector(a, b, 0, 1, 6, 7);
#endif
}

/// The upper half of a vector, twice.
INLINE narrow narrow_upper_half(narrow x) {
#if NARROW_LANES == 8
    return __builtin_shufflevector(x, x, 4, 5, 6, 7, 4, 5, 6, 7);
#else
    return __builtin_shufflevector(x, x, 2, 3, 2, 3);
#endif
}

/// Stores the channels of one pixel, each to its plane.
INLINE void channel_block_scatter(
    const inference_step *step, float *result, int vectors, int channels,
    const narrow pixel[CHANNEL_VECTORS]
) {
    float lanes[CHANNEL_VECTORS * NARROW_LANES];
    UNROLL for (int g = 0; g < vectors; g++) narrow_store(lanes + g * NARROW_LANES, pixel[g]);
    for (int o = 0; o < channels; o++) result[o * step->result.channel] = lanes[o];
}

INLINE void channel_block_store(
    const inference_step *step, const channel_block *block, const channel_block_shape *shape,
    channel_sums *sums
) {
    const int rows = shape->rows, columns = shape->columns, vectors = shape->vectors;
    if (shape->has_half)
        UNROLL for (int r = 0; r < rows; r++) {
            sums->whole[r][0][vectors - 1] = sums->half[r];
            if (columns == 2) sums->whole[r][1][vectors - 1] = narrow_upper_half(sums->half[r]);
        }
    const narrow least = narrow_of(step->epilogue.function == inference_relu ? 0 : -__builtin_inff());
    narrow pixel[CHANNEL_VECTORS];
    if (step->epilogue.takes_maximum) {
        UNROLL for (int g = 0; g < vectors; g++) pixel[g] = least;
        UNROLL for (int r = 0; r < rows; r++)
            UNROLL for (int x = 0; x < columns; x++)
                UNROLL for (int g = 0; g < vectors; g++)
                    pixel[g] = narrow_maximum(pixel[g], sums->whole[r][x][g]);
        channel_block_scatter(step, block->result, vectors, block->channels, pixel);
        return;
    }
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int x = 0; x < columns; x++) {
            UNROLL for (int g = 0; g < vectors; g++)
                pixel[g] = narrow_maximum(least, sums->whole[r][x][g]);
            float *result = block->result + r * step->result.row + x;
            channel_block_scatter(step, result, vectors, block->channels, pixel);
        }
}

/// Where the source of a block's first pixel is at some tap, and how far it is to that of the next
/// pixel, along columns and rows.
typedef struct {
    const float *source;
    ptrdiff_t column, row;
} channel_tap;

/// Adds the products with one tap.
INLINE void channel_block_add(
    const channel_block_shape *shape, const channel_tap *tap, const float *weights,
    channel_sums *sums
) {
    const int columns = shape->columns, vectors = shape->vectors;
    const int whole = shape->has_half ? vectors - 1 : vectors;
    narrow weight[CHANNEL_VECTORS];
    UNROLL for (int g = 0; g < vectors; g++)
        weight[g] = narrow_load(weights + g * NARROW_LANES);
    UNROLL for (int r = 0; r < shape->rows; r++) {
        narrow pixel[2];
        UNROLL for (int x = 0; x < columns; x++) {
            pixel[x] = narrow_of(tap->source[r * tap->row + x * tap->column]);
            UNROLL for (int g = 0; g < whole; g++)
                sums->whole[r][x][g] += pixel[x] * weight[g];
        }
        if (shape->has_half)
            sums->half[r] += weight[vectors - 1] * narrow_of_halves(pixel[0], pixel[columns - 1]);
    }
}

INLINE void channel_block_run(
    const inference_step *step, const channel_block *block, const channel_block_shape *shape
) {
    const int vectors = shape->vectors, size = step->geometry.window.size.rows;
    const int stride = step->geometry.window.stride.rows;
    channel_tap tap = {.column = stride, .row = stride * step->source.row};
    channel_sums sums;
    UNROLL for (int g = 0; g < vectors; g++) {
        const narrow bias = narrow_load(block->biases + g * NARROW_LANES);
        UNROLL for (int r = 0; r < shape->rows; r++) {
            UNROLL for (int x = 0; x < shape->columns; x++) sums.whole[r][x][g] = bias;
            sums.half[r] = bias;
        }
    }
    for (int c = 0; c < step->geometry.channels; c++) {
        for (int ky = block->first_row; ky < block->end_row; ky++) {
            const float *source =
                block->source + c * step->source.channel + ky * step->source.row;
            const float *weights = block->weights
                + (((ptrdiff_t)c * size + ky) * size + block->first_column) * vectors
                    * NARROW_LANES;
            for (int kx = block->first_column; kx < block->end_column; kx++) {
                tap.source = source + kx;
                channel_block_add(shape, &tap, weights, &sums);
                weights += vectors * NARROW_LANES;
            }
        }
    }
    channel_block_store(step, block, shape, &sums);
}

#define CHANNEL_BLOCK(rows, columns, vectors, has_half) \
    case (((rows - 1) * 2 + columns - 1) * 2 + has_half) * 8 + vectors: { \
        const channel_block_shape shape = {rows, columns, vectors, has_half}; \
        channel_block_run(step, block, &shape); \
        return; \
    }
#define CHANNEL_BLOCKS_OF_WINDOWS(vectors, has_half) \
    CHANNEL_BLOCK(1, 1, vectors, has_half) \
    CHANNEL_BLOCK(1, 2, vectors, has_half) \
    CHANNEL_BLOCK(2, 1, vectors, has_half) \
    CHANNEL_BLOCK(2, 2, vectors, has_half)
#define CHANNEL_BLOCKS(vectors) \
    CHANNEL_BLOCKS_OF_WINDOWS(vectors, 0) \
    CHANNEL_BLOCKS_OF_WINDOWS(vectors, 1)

static void channel_block_dispatch(
    const inference_step *step, const channel_block *block, int rows, int columns, int vectors,
    int has_half
) {
    switch ((((rows - 1) * 2 + columns - 1) * 2 + has_half) * 8 + vectors) {
        CHANNEL_BLOCKS(1)
        CHANNEL_BLOCKS(2)
#if VECTOR_REGISTERS == 32
        CHANNEL_BLOCKS(3)
        CHANNEL_BLOCKS(4)
#endif
    default: __builtin_unreachable();
    }
}

/// Whether the last channels fill at most half a vector, so that it holds them twice.
static bool channels_fill_half(int32_t result_channels) {
    const int rest = result_channels % NARROW_LANES;
    return rest > 0 && rest <= CHANNEL_HALF;
}

/// Whole vectors, as many as a block takes, and as evenly as they divide.
static int32_t channels_group(int32_t result_channels) {
    int vectors = (result_channels + NARROW_LANES - 1) / NARROW_LANES;
    int groups = (vectors + CHANNEL_VECTORS - 1) / CHANNEL_VECTORS;
    return (vectors + groups - 1) / groups * NARROW_LANES;
}

static void convolution_by_channels(const inference_step *step, float *memory) {
    const inference_geometry *geometry = &step->geometry;
    const inference_window *window = &geometry->window;
    const int size = window->size.rows, stride = window->stride.rows;
    const int padding = window->padding.rows;
    const int taps = geometry->channels * size * size;
    const int vectors = step->planes.group / NARROW_LANES;
    const int shrink = step->epilogue.takes_maximum ? 2 : 1;
    for (int n = 0; n < geometry->samples; n++) {
        const float *source = sample_at(memory, &step->source, n)
            - padding * (step->source.row + 1);
        float *result = sample_at(memory, &step->result, n);
        for (int o = 0; o < geometry->result_channels; o += step->planes.group) {
            channel_block block = {
                .weights = step->weights + (ptrdiff_t)o * taps,
                .biases = step->biases + o,
                .channels = smaller(step->planes.group, geometry->result_channels - o),
            };
            const int has_half = channels_fill_half(geometry->result_channels)
                && o + step->planes.group >= geometry->result_channels;
            for (int y = 0; y < geometry->rows; y += 2) {
                const int rows = smaller(2, geometry->rows - y);
                block.first_row = larger(0, padding - (y + rows - 1) * stride);
                block.end_row = smaller(size, geometry->height + padding - y * stride);
                for (int x = step->planes.first_column; x < step->planes.end_column; x += 2) {
                    const int columns = smaller(2, step->planes.end_column - x);
                    block.first_column = larger(0, padding - (x + columns - 1) * stride);
                    block.end_column = smaller(size, geometry->width + padding - x * stride);
                    block.source = source + y * stride * step->source.row + x * stride;
                    block.result = result + o * step->result.channel
                        + y / shrink * step->result.row + x / shrink;
                    channel_block_dispatch(step, &block, rows, columns, vectors, has_half);
                }
            }
        }
    }
}
