// Convolution with stride 1, from planes to planes, for few channels.
//
// A block is one or two output rows, one or two vectors of output columns, and a group of output
// channels, all in registers. A weight is read once for all vectors of its channel; a vector of the
// source, once for all channels. Bias, ReLU and the maximum of 2x2 windows are applied before
// anything is stored, so that a convolution followed by pooling writes a quarter of its results.

/// Accumulators in a block; the other registers hold sources and weights.
#define COLUMN_ACCUMULATORS (VECTOR_REGISTERS == 32 ? 24 : 12)
/// Most vectors along a row in a block.
#define COLUMN_VECTORS (VECTOR_REGISTERS == 32 ? 2 : 1)
#define COLUMN_GROUP (COLUMN_ACCUMULATORS / 2)

/// Where a block reads and writes, and which rows of the kernel meet the image there.
typedef struct {
    const float *source;
    const float *weights;
    const float *biases;
    float *result;
    int first_tap, end_tap;
    /// Columns that are stored; those of the last vector may be fewer than its lanes.
    int columns;
} column_block;

INLINE void column_block_store(
    const inference_step *step, const column_block *block, int rows, int vectors, int channels,
    wide sums[COLUMN_GROUP][2][COLUMN_VECTORS]
) {
    const wide zero = wide_of(0);
    UNROLL for (int o = 0; o < channels; o++) {
        float *result = block->result + o * step->result.channel;
        wide least = wide_of(step->epilogue.function == inference_relu ? 0 : -__builtin_inff());
        if (step->epilogue.takes_maximum) {
            wide tops[COLUMN_VECTORS];
            UNROLL for (int v = 0; v < vectors; v++) {
                wide top = sums[o][0][v];
                if (rows == 2) top = wide_maximum(top, sums[o][rows - 1][v]);
                int count = block->columns - v * WIDE_LANES;
                tops[v] = count < WIDE_LANES ? wide_first_or_least(top, count) : top;
            }
            wide x = wide_maximum_of_pairs(tops[0], vectors == 2 ? tops[vectors - 1] : zero);
            int count = (block->columns + 1) / 2;
            x = wide_maximum(least, x);
            if (count == WIDE_LANES) wide_store(result, x);
            else wide_store_first(result, x, count);
            continue;
        }
        UNROLL for (int r = 0; r < rows; r++) {
            UNROLL for (int v = 0; v < vectors; v++) {
                float *to = result + r * step->result.row + v * WIDE_LANES;
                int count = block->columns - v * WIDE_LANES;
                wide x = wide_maximum(least, sums[o][r][v]);
                if (count >= WIDE_LANES) wide_store(to, x);
                else wide_store_first(to, x, count);
            }
        }
    }
}

/// `rows`, `vectors` and `channels` are constants wherever this is called.
INLINE void column_block_run(
    const inference_step *step, const column_block *block, int rows, int vectors, int channels
) {
    wide sums[COLUMN_GROUP][2][COLUMN_VECTORS];
    UNROLL for (int o = 0; o < channels; o++)
        UNROLL for (int r = 0; r < rows; r++)
            UNROLL for (int v = 0; v < vectors; v++) sums[o][r][v] = wide_of(block->biases[o]);
    const int size = step->geometry.window.size.rows;
    for (int c = 0; c < step->geometry.channels; c++) {
        const float *plane = block->source + c * step->source.channel;
        for (int ky = block->first_tap; ky < block->end_tap; ky++) {
            const float *row = plane + ky * step->source.row;
            const float *weights = block->weights + ((ptrdiff_t)c * size + ky) * size * channels;
            for (int kx = 0; kx < size; kx++) {
                wide x[2][COLUMN_VECTORS];
                UNROLL for (int r = 0; r < rows; r++)
                    UNROLL for (int v = 0; v < vectors; v++)
                        x[r][v] = wide_load(row + r * step->source.row + v * WIDE_LANES + kx);
                UNROLL for (int o = 0; o < channels; o++) {
                    const wide weight = wide_of(weights[o]);
                    UNROLL for (int r = 0; r < rows; r++)
                        UNROLL for (int v = 0; v < vectors; v++) sums[o][r][v] += weight * x[r][v];
                }
                weights += channels;
            }
        }
    }
    column_block_store(step, block, rows, vectors, channels, sums);
}

// One function per number of channels: registers are divided when it is compiled.
#define COLUMN_BLOCK(rows, vectors, channels) \
    case (rows - 1) * 32 + (vectors - 1) * 16 + channels: \
        column_block_run(step, block, rows, vectors, channels); \
        return;
#define COLUMN_BLOCKS_OF_ROWS(vectors, channels) \
    COLUMN_BLOCK(1, vectors, channels) \
    COLUMN_BLOCK(2, vectors, channels)

static void column_block_dispatch(
    const inference_step *step, const column_block *block, int rows, int vectors, int channels
) {
    switch ((rows - 1) * 32 + (vectors - 1) * 16 + channels) {
        COLUMN_BLOCKS_OF_ROWS(1, 1)
        COLUMN_BLOCKS_OF_ROWS(1, 2)
        COLUMN_BLOCKS_OF_ROWS(1, 3)
        COLUMN_BLOCKS_OF_ROWS(1, 4)
        COLUMN_BLOCKS_OF_ROWS(1, 5)
        COLUMN_BLOCKS_OF_ROWS(1, 6)
#if VECTOR_REGISTERS == 32
        COLUMN_BLOCKS_OF_ROWS(1, 7)
        COLUMN_BLOCKS_OF_ROWS(1, 8)
        COLUMN_BLOCKS_OF_ROWS(1, 9)
        COLUMN_BLOCKS_OF_ROWS(1, 10)
        COLUMN_BLOCKS_OF_ROWS(1, 11)
        COLUMN_BLOCKS_OF_ROWS(1, 12)
        COLUMN_BLOCKS_OF_ROWS(2, 1)
        COLUMN_BLOCKS_OF_ROWS(2, 2)
        COLUMN_BLOCKS_OF_ROWS(2, 3)
        COLUMN_BLOCKS_OF_ROWS(2, 4)
        COLUMN_BLOCKS_OF_ROWS(2, 5)
        COLUMN_BLOCKS_OF_ROWS(2, 6)
#endif
    default: __builtin_unreachable();
    }
}

/// As many channels as registers allow, and as evenly as they divide.
static int32_t columns_group(int32_t result_channels, int32_t columns) {
    int vectors = columns > WIDE_LANES ? COLUMN_VECTORS : 1;
    int most = COLUMN_GROUP / vectors;
    int groups = (result_channels + most - 1) / most;
    return (result_channels + groups - 1) / groups;
}

static void convolution_by_columns(const inference_step *step, float *memory) {
    const inference_geometry *geometry = &step->geometry;
    const int size = geometry->window.size.rows, taps = geometry->channels * size * size;
    const int padding = geometry->window.padding.rows;
    const int columns = step->planes.end_column - step->planes.first_column;
    const int step_columns = (columns > WIDE_LANES ? COLUMN_VECTORS : 1) * WIDE_LANES;
    const int shrink = step->epilogue.takes_maximum ? 2 : 1;
    for (int n = 0; n < geometry->samples; n++) {
        const float *source = sample_at(memory, &step->source, n)
            - padding * (step->source.row + 1) + step->planes.first_column;
        float *result = sample_at(memory, &step->result, n)
            + step->planes.first_column / shrink;
        for (int o = 0; o < geometry->result_channels; o += step->planes.group) {
            const int channels = smaller(step->planes.group, geometry->result_channels - o);
            for (int y = 0; y < geometry->rows; y += 2) {
                const int rows = smaller(2, geometry->rows - y);
                column_block block = {
                    .weights = step->weights + (ptrdiff_t)o * taps,
                    .biases = step->biases + o,
                    .first_tap = larger(0, padding - (y + rows - 1)),
                    .end_tap = smaller(size, geometry->height + padding - y),
                };
                for (int x = 0; x < columns; x += step_columns) {
                    block.source = source + y * step->source.row + x;
                    block.result = result + o * step->result.channel
                        + y / shrink * step->result.row + x / shrink;
                    block.columns = smaller(step_columns, columns - x);
                    const int vectors = block.columns > WIDE_LANES ? 2 : 1;
                    column_block_dispatch(step, &block, rows, vectors, channels);
                }
            }
        }
    }
}
