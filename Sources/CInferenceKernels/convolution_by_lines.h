// Convolution of 7x7 with stride 2 from planes to blocks, as networks for photographs begin: along
// each line of the image by tiles of four results, with 13 multiplications per row of a kernel instead
// of 28.
//
// Every second tap of such a row is a convolution of stride 1 over every second pixel: one of four
// taps, and one of three. Both are computed by the points of tiles of 4x4, that of four taps by the
// point 1 besides. What a point adds to the results does not depend on how many taps there are, so
// both add up in the same sums, seven per tile. Rows of the kernel add up as channels do.
//
// Transformed lines of the source are kept as long as rows of results need them.

/// Sums per tile: those of a line of six, and that of the point 1.
#define LINE_SUMS 7

/// Numbers that a tile of the source is transformed to: at all points, then at those of three taps.
#define LINE_POSITIONS 13

/// Results of a tile, and pixels of the source from one tile to the next.
#define LINE_RESULTS 4
#define LINE_STRIDE 8

/// Tiles that are computed together.
#if defined(INFERENCE_AVX512)
#define LINE_TILES 4
#else
#define LINE_TILES 1
#endif

/// Sixteen registers of eight lanes take the sums of one tile, and then most of the time goes to
/// fetching weights.
#define PREFERS_LINES (WIDE_LANES != 8)

/// Tiles that are transformed together; positions of these are vectors.
INLINE int line_vectors(int columns) {
    return (columns + LINE_RESULTS * BLOCK - 1) / (LINE_RESULTS * BLOCK);
}

/// Floats that a transformed line takes.
INLINE ptrdiff_t line_length(int columns) {
    return (ptrdiff_t)line_vectors(columns) * LINE_POSITIONS * BLOCK;
}

/// Floats of every eighth pixel of a line, one more than there are tiles.
INLINE ptrdiff_t line_phase(int columns) { return (ptrdiff_t)(line_vectors(columns) + 1) * BLOCK; }

/// Deals the pixels of a line to `phases`, pixel `i` from the first that a tap meets to phase `i % 8`;
/// beyond the image they are zeros.
INLINE void deal_line(const inference_step *step, const float *line, float *phases) {
    const int width = step->geometry.width, padding = step->geometry.window.padding.columns;
    const ptrdiff_t length = line_phase(step->geometry.columns);
    const int inside = (padding + LINE_STRIDE - 1) / LINE_STRIDE;
    const int end = larger(inside, (width + padding) / LINE_STRIDE);
    for (ptrdiff_t i = 0; i < length; i++) {
        if (i == inside) {
            for (; i < end; i++)
                UNROLL for (int j = 0; j < LINE_STRIDE; j++)
                    phases[j * length + i] = line[i * LINE_STRIDE + j - padding];
            if (i == length) return;
        }
        for (int j = 0; j < LINE_STRIDE; j++) {
            const ptrdiff_t column = i * LINE_STRIDE + j - padding;
            phases[j * length + i] = column >= 0 && column < width ? line[column] : 0;
        }
    }
}

/// Transforms 16 tiles of a line whose phases are given from the first tile on.
INLINE void transform_tiles_of_line(const float *phases, ptrdiff_t length, float *positions) {
    const float near = NEAR * NEAR, far = FAR * FAR;
    pixel d[LINE_SUMS], difference[LARGEST_TILE];
    UNROLL for (int i = 0; i < LINE_SUMS; i++)
        d[i] = PIXEL(phases + 2 * i % LINE_STRIDE * length + 2 * i / LINE_STRIDE);
    // With one point more, a line is transformed as the differences of its elements are without.
    UNROLL for (int i = 0; i < LARGEST_TILE; i++) difference[i] = d[i + 1] - d[i];
    tile_source_line(difference, 1, LARGEST_TILE);
    UNROLL for (int i = 0; i < LARGEST_TILE; i++)
        PIXEL_RESULT(positions + i * BLOCK) = difference[i];
    PIXEL_RESULT(positions + LARGEST_TILE * BLOCK) =
        near * far * d[1] - (near + far) * d[3] + d[5];
    UNROLL for (int i = 0; i < LARGEST_TILE; i++)
        d[i] = PIXEL(phases + (2 * i + 1) % LINE_STRIDE * length + (2 * i + 1) / LINE_STRIDE);
    tile_source_line(d, 1, LARGEST_TILE);
    UNROLL for (int i = 0; i < LARGEST_TILE; i++)
        PIXEL_RESULT(positions + (LINE_SUMS + i) * BLOCK) = d[i];
}

/// Where a register block reads and writes.
typedef struct {
    const float *lines;
    const float *weights;
    const pixel *bias;
    const float *other;
    float *result;
    /// Results from the first on that the image has, maybe more than there are here.
    int columns;
    /// The first row of the source that a kernel meets, and which of its rows meet the image.
    int top, first_row, end_row;
} line_block;

/// Transforms the sums of one tile to results and stores those that the image has.
INLINE void store_tile_of_line(
    const inference_step *step, const line_block *block, int first, pixel sums[LINE_SUMS]
) {
    const pixel more = sums[LINE_SUMS - 1] + *block->bias;
    tile_result_line(sums, 1, LARGEST_TILE, LINE_RESULTS);
    UNROLL for (int x = 0; x < LINE_RESULTS; x++) {
        if (first + x >= block->columns) return;
        pixel y = sums[x] + more;
        if (step->epilogue.has_other) y += PIXEL(block->other + (first + x) * BLOCK);
        pixel_bound(&y, &step->epilogue);
        PIXEL_RESULT(block->result + (first + x) * BLOCK) = y;
    }
}

/// `LINE_TILES` tiles of one row of results and one block of their channels.
static void line_block_run(const inference_step *step, const line_block *block) {
    const int channels = step->geometry.channels, rows = step->geometry.window.size.rows;
    const ptrdiff_t length = line_length(step->geometry.columns);
    pixel sums[LINE_TILES][LINE_SUMS];
    UNROLL for (int t = 0; t < LINE_TILES; t++)
        UNROLL for (int i = 0; i < LINE_SUMS; i++) sums[t][i] = (pixel){0};
    for (int ky = block->first_row; ky < block->end_row; ky++) {
        const float *line = block->lines + (block->top + ky) % rows * channels * length;
        const float *weights =
            block->weights + (ptrdiff_t)ky * channels * LINE_POSITIONS * BLOCK;
        for (int c = 0; c < channels; c++) {
            UNROLL for (int p = 0; p < LINE_POSITIONS; p++) {
                const pixel weight = PIXEL(weights + p * BLOCK);
                UNROLL for (int t = 0; t < LINE_TILES; t++)
                    sums[t][p < LINE_SUMS ? p : p - LINE_SUMS] += line[p * BLOCK + t] * weight;
            }
            line += length;
            weights += LINE_POSITIONS * BLOCK;
        }
    }
    UNROLL for (int t = 0; t < LINE_TILES; t++)
        store_tile_of_line(step, block, t * LINE_RESULTS, sums[t]);
}

/// A row of one block of results; `block` says where it begins.
INLINE void line_of_block(const inference_step *step, line_block block) {
    const int columns = step->geometry.columns;
    float *result = block.result;
    for (int first = 0; first < columns; first += LINE_TILES * LINE_RESULTS) {
        block.columns = columns - first;
        line_block_run(step, &block);
        const int tile = first / LINE_RESULTS + LINE_TILES;
        block.lines += tile % BLOCK > 0 ? LINE_TILES : LINE_POSITIONS * BLOCK - BLOCK + LINE_TILES;
        block.other += LINE_TILES * LINE_RESULTS * BLOCK;
        block.result += LINE_TILES * LINE_RESULTS * BLOCK;
    }
    if (is_curved(&step->epilogue)) activate(&step->epilogue, result, (ptrdiff_t)columns * BLOCK);
}

/// Transforms a row of all planes of a sample.
INLINE void transform_lines(
    const inference_step *step, const float *source, float *lines, float *phases
) {
    const int columns = step->geometry.columns;
    const ptrdiff_t length = line_phase(columns);
    for (int c = 0; c < step->geometry.channels; c++) {
        deal_line(step, source + c * step->source.channel, phases);
        for (int v = 0; v < line_vectors(columns); v++, lines += LINE_POSITIONS * BLOCK)
            transform_tiles_of_line(phases + v * BLOCK, length, lines);
    }
}

static void convolution_by_lines(const inference_step *step, float *memory) {
    const inference_geometry *geometry = &step->geometry;
    const int rows = geometry->window.size.rows, blocks = block_count(geometry->result_channels);
    const ptrdiff_t length = line_length(geometry->columns) * geometry->channels;
    float *lines = memory + step->scratch, *phases = lines + rows * length;
    for (int n = 0; n < geometry->samples; n++) {
        const float *source = sample_at(memory, &step->source, n);
        // The first row of the source that is not transformed yet.
        int next = 0;
        for (int y = 0; y < geometry->rows; y++) {
            line_block block = {.lines = lines};
            block.top = y * geometry->window.stride.rows - geometry->window.padding.rows;
            rows_in_image(geometry, block.top, &block.first_row, &block.end_row);
            next = larger(next, block.top + block.first_row);
            for (; next < block.top + block.end_row; next++)
                transform_lines(
                    step, source + next * step->source.row, lines + next % rows * length, phases);
            for (int b = 0; b < blocks; b++) {
                const pixel bias = PIXEL(step->biases + b * BLOCK);
                block.bias = &bias;
                block.weights = step->weights
                    + (ptrdiff_t)b * rows * geometry->channels * LINE_POSITIONS * BLOCK;
                block.other = channel_at(memory, &step->other, n, b) + y * step->other.row;
                block.result = channel_at(memory, &step->result, n, b) + y * step->result.row;
                line_of_block(step, block);
            }
        }
    }
}

/// Floats of scratch memory.
static int64_t lines_scratch(int32_t rows, int32_t channels, int32_t columns) {
    return rows * channels * (int64_t)line_length(columns) + LINE_STRIDE * line_phase(columns);
}
