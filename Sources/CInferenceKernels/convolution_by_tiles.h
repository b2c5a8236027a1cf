// Convolution of stride 1 from and to blocks by tiles of results, with fewer multiplications than
// there are taps: per tile of 2x2 and channel 16 instead of 36 for kernels of 3x3, 36 instead of 100
// for 5x5; per tile of 4x4 36 instead of 144 for 3x3.
//
// Tiles of the source and of the weights are transformed so that convolution becomes multiplication
// element by element; what is left is, for each position in a tile, a product of matrices over the
// channels. Weights are transformed when a program is compiled.
//
// In bfloat16 it is the transformed tiles and weights that are rounded; the transforms themselves
// compute in 32 bits, and so does the sum over the channels.

/// Tiles that are computed together.
#define TILES 16

/// From one position of tiles or sums to the next, there is a line more than they take: otherwise
/// all positions of a tile would fall on few sets of the cache.
#define TILE_GAP BLOCK

/// Tiles whose sums fit the registers.
#if defined(INFERENCE_AVX512)
#define TILE_SUMS 16
#elif VECTOR_REGISTERS == 32 || WIDE_LANES == 8
#define TILE_SUMS 4
#else
#define TILE_SUMS 2
#endif

/// Floats from one position of sums to the next.
#define SUMS_DISTANCE (TILES * BLOCK + TILE_GAP)

/// Floats from one position of tiles to the next; a pixel of a tile takes `taken`.
INLINE ptrdiff_t tiles_distance(int blocks, int taken) {
    return (ptrdiff_t)blocks * TILES * taken + TILE_GAP;
}

/// Transforms the tile at a place of a source block to `tile`, position by position. `is_inside`
/// says that nothing of it lies beyond the image.
INLINE void tile_source(
    const inference_step *step, const float *source, int y, int x, int side, int is_inside,
    float *tile, ptrdiff_t distance, int in_bfloat16
) {
    static const float zeros[BLOCK];
    pixel d[LARGEST_TILE * LARGEST_TILE];
    const int height = step->height, width = step->width;
    UNROLL for (int j = 0; j < side; j++) {
        UNROLL for (int i = 0; i < side; i++) {
            const int row = y + i, column = x + j;
            const float *address = source + row * step->source.row + column * BLOCK;
            if (!is_inside && (row < 0 || row >= height || column < 0 || column >= width))
                address = zeros;
            d[i * side + j] = PIXEL(address);
        }
        tile_source_line(d + j, side, side);
    }
    UNROLL for (int i = 0; i < side; i++) {
        tile_source_line(d + i * side, 1, side);
        UNROLL for (int j = 0; j < side; j++) {
            const int p = i * side + j;
            if (in_bfloat16) pixel_store_rounded(tile + p * distance, d + p);
            else PIXEL_RESULT(tile + p * distance) = d[p];
        }
    }
}

/// Sums over all channels for `TILE_SUMS` tiles at one position.
INLINE void tile_sums(
    const float *tiles, const float *weights, int blocks, float *sums, int in_bfloat16
) {
    const int taken = in_bfloat16 ? BLOCK_PAIRS : BLOCK;
    pixel sum[TILE_SUMS];
    UNROLL for (int t = 0; t < TILE_SUMS; t++) sum[t] = (pixel){0};
    for (int b = 0; b < blocks; b++) {
        for (int c = 0; c < taken; c++) {
            UNROLL for (int t = 0; t < TILE_SUMS; t++)
                pixel_multiply_add(&sum[t], tiles + t * taken + c, weights, in_bfloat16);
            weights += BLOCK;
        }
        tiles += TILES * taken;
    }
    UNROLL for (int t = 0; t < TILE_SUMS; t++) PIXEL_RESULT(sums + t * BLOCK) = sum[t];
}

/// Transforms the sums of one tile to results and stores those that the image has; all of them
/// where `is_inside` says so.
INLINE void tile_results(
    const inference_step *step, const float *sums, const pixel *bias, const float *other,
    float *result, int y, int x, int side, int results, int is_inside
) {
    // Read once: the compiler cannot know that results are not stored over them.
    const int has_other = step->has_other, has_relu = step->has_relu;
    const ptrdiff_t other_row = step->other.row, result_row = step->result.row;
    const int rows = is_inside ? results : smaller(results, step->rows - y);
    const int columns = is_inside ? results : smaller(results, step->columns - x);
    pixel m[LARGEST_TILE * LARGEST_TILE];
    UNROLL for (int j = 0; j < side; j++) {
        UNROLL for (int i = 0; i < side; i++)
            m[i * side + j] = PIXEL(sums + (i * side + j) * SUMS_DISTANCE);
        tile_result_line(m + j, side, side, results);
    }
    other += y * other_row + x * BLOCK;
    result += y * result_row + x * BLOCK;
    UNROLL for (int i = 0; i < results; i++) {
        pixel *r = m + i * side;
        if (i >= rows) return;
        tile_result_line(r, 1, side, results);
        UNROLL for (int j = 0; j < results; j++) {
            if (j >= columns) continue;
            r[j] += *bias;
            if (has_other) r[j] += PIXEL(other + i * other_row + j * BLOCK);
            if (has_relu) pixel_cut(r + j);
            PIXEL_RESULT(result + i * result_row + j * BLOCK) = r[j];
        }
    }
}

/// Transforms `count` tiles of the source from the first on, counted row by row, of all blocks.
INLINE void chunk_sources(
    const inference_step *step, const float *source, float *tiles, int first, int count, int side,
    int results, int in_bfloat16
) {
    const int taken = in_bfloat16 ? BLOCK_PAIRS : BLOCK, blocks = block_count(step->channels);
    const int across = (step->columns + results - 1) / results;
    const ptrdiff_t distance = tiles_distance(blocks, taken);
    for (int b = 0; b < blocks; b++)
        for (int t = 0; t < count; t++) {
            const int y = (first + t) / across * results - step->padding;
            const int x = (first + t) % across * results - step->padding;
            float *tile = tiles + (b * TILES + t) * taken;
            const float *block = source + b * step->source.channel;
            if (y >= 0 && x >= 0 && y + side <= step->height && x + side <= step->width)
                tile_source(step, block, y, x, side, true, tile, distance, in_bfloat16);
            else tile_source(step, block, y, x, side, false, tile, distance, in_bfloat16);
        }
}

/// Transforms the sums of `count` tiles from the first on to results of one block.
INLINE void chunk_results(
    const inference_step *step, const float *sums, const pixel *bias, const float *other,
    float *result, int first, int count, int side, int results
) {
    const int across = (step->columns + results - 1) / results;
    for (int t = 0; t < count; t++) {
        const int y = (first + t) / across * results, x = (first + t) % across * results;
        const float *tile = sums + t * BLOCK;
        if (y + results <= step->rows && x + results <= step->columns)
            tile_results(step, tile, bias, other, result, y, x, side, results, true);
        else tile_results(step, tile, bias, other, result, y, x, side, results, false);
    }
}

/// Computes `count` tiles from the first on. `side` and `results` are those of a tile, before and
/// after the convolution.
INLINE void tile_chunk(
    const inference_step *step, float *memory, int n, int first, int count, int side, int results,
    int in_bfloat16
) {
    // Floats that a pixel of a tile takes; one holds two numbers of 16 bits.
    const int taken = in_bfloat16 ? BLOCK_PAIRS : BLOCK, positions = side * side;
    const int sources = block_count(step->channels);
    const ptrdiff_t distance = tiles_distance(sources, taken);
    float *tiles = memory + step->scratch, *sums = tiles + positions * distance;
    chunk_sources(
        step, memory + step->source.start + n * step->source.sample, tiles, first, count, side,
        results, in_bfloat16);
    const float *weights = step->weights;
    for (int b = 0; b < block_count(step->result_channels); b++) {
        for (int p = 0; p < positions; p++) {
            for (int t = 0; t < count; t += TILE_SUMS)
                tile_sums(
                    tiles + p * distance + t * taken, weights, sources,
                    sums + p * SUMS_DISTANCE + t * BLOCK, in_bfloat16);
            weights += (ptrdiff_t)sources * taken * BLOCK;
        }
        const pixel bias = PIXEL(step->biases + b * BLOCK);
        chunk_results(
            step, sums, &bias,
            memory + step->other.start + n * step->other.sample + b * step->other.channel,
            memory + step->result.start + n * step->result.sample + b * step->result.channel, first,
            count, side, results);
    }
}

#define TILE_CHUNK(side, results) \
    if (step->in_bfloat16) tile_chunk(step, memory, n, first, count, side, results, true); \
    else tile_chunk(step, memory, n, first, count, side, results, false)

static void convolution_by_tiles(const inference_step *step, float *memory) {
    const int size = step->tile_size;
    const int tiles = (step->rows + size - 1) / size * ((step->columns + size - 1) / size);
    for (int n = 0; n < step->samples; n++)
        for (int first = 0; first < tiles; first += TILES) {
            const int count = smaller(TILES, tiles - first);
            if (step->kernel_size == 5) TILE_CHUNK(6, 2);
            else if (size == 4) TILE_CHUNK(6, 4);
            else TILE_CHUNK(4, 2);
        }
}

/// Floats of scratch memory; in bfloat16 not all of them are used.
static int32_t tiles_scratch(int32_t kernel_size, int32_t tile_size, int32_t channels) {
    const int side = kernel_size + tile_size - 1;
    return (int32_t)(side * side * (tiles_distance(block_count(channels), BLOCK) + SUMS_DISTANCE));
}
