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

/// Tiles of a sample that are computed together, from the first on, counted row by row.
typedef struct {
    int sample, first, count;
} tile_chunk;

/// Sums over all channels for `count` tiles at one position; `count` and `in_bfloat16` are constants.
INLINE void tile_sums(
    const float *tiles, const float *weights, int blocks, float *sums, int count, int in_bfloat16
) {
    const int taken = in_bfloat16 ? BLOCK_PAIRS : BLOCK;
    pixel sum[TILE_SUMS];
    UNROLL for (int t = 0; t < count; t++) sum[t] = (pixel){0};
    for (int b = 0; b < blocks; b++) {
        for (int c = 0; c < taken; c++) {
            if (!in_bfloat16) __builtin_prefetch(weights + WEIGHTS_AHEAD, 0, 2);
            UNROLL for (int t = 0; t < count; t++)
                pixel_multiply_add(&sum[t], tiles + t * taken + c, weights, in_bfloat16);
            weights += BLOCK;
        }
        tiles += TILES * taken;
    }
    UNROLL for (int t = 0; t < count; t++) PIXEL_RESULT(sums + t * BLOCK) = sum[t];
}

#define TILE_SUMS_OF(count) \
    case count: \
        if (in_bfloat16) tile_sums(tiles, weights, blocks, sums, count, true); \
        else tile_sums(tiles, weights, blocks, sums, count, false); \
        return;
#define TILE_SUMS_OF_FOUR(first) \
    TILE_SUMS_OF(first) \
    TILE_SUMS_OF(first + 1) \
    TILE_SUMS_OF(first + 2) \
    TILE_SUMS_OF(first + 3)

static void tile_sums_dispatch(
    const float *tiles, const float *weights, int blocks, float *sums, int count, int in_bfloat16
) {
    switch (count) {
        TILE_SUMS_OF(1)
        TILE_SUMS_OF(2)
#if TILE_SUMS > 2
        TILE_SUMS_OF(3)
        TILE_SUMS_OF(4)
#endif
#if TILE_SUMS > 4
        TILE_SUMS_OF_FOUR(5)
        TILE_SUMS_OF_FOUR(9)
        TILE_SUMS_OF_FOUR(13)
        TILE_SUMS_OF_FOUR(17)
        TILE_SUMS_OF_FOUR(21)
        TILE_SUMS_OF_FOUR(25)
#endif
    default: __builtin_unreachable();
    }
}

/// Transforms a chunk of tiles of all blocks of the source.
INLINE void chunk_sources(
    const inference_step *step, const tile_shape *shape, const tile_chunk *chunk,
    const float *source, float *tiles
) {
    const inference_geometry *geometry = &step->geometry;
    const int side = shape->side, results = shape->results;
    const int blocks = block_count(geometry->channels);
    const int across = (geometry->columns + results - 1) / results;
    const ptrdiff_t distance = tiles_distance(blocks, tile_pixel(shape));
    for (int b = 0; b < blocks; b++)
        for (int t = 0; t < chunk->count; t++) {
            const source_tile tile = {
                .source = source + b * step->source.channel,
                .y = (chunk->first + t) / across * results - geometry->window.padding.rows,
                .x = (chunk->first + t) % across * results - geometry->window.padding.columns,
                .tile = tiles + (b * TILES + t) * tile_pixel(shape),
                .distance = distance,
            };
            if (tile.y >= 0 && tile.x >= 0 && tile.y + side <= geometry->height
                && tile.x + side <= geometry->width)
                source_tile_transform(step, shape, &tile, true);
            else source_tile_transform(step, shape, &tile, false);
        }
}

/// Transforms the sums of a chunk of tiles to results of one block: `tile` says which, and of which
/// sums the first tile's are.
INLINE void chunk_results(
    const inference_step *step, const tile_shape *shape, const tile_chunk *chunk, result_tile tile
) {
    const int results = shape->results;
    const int across = (step->geometry.columns + results - 1) / results;
    for (int t = 0; t < chunk->count; t++) {
        tile.y = (chunk->first + t) / across * results;
        tile.x = (chunk->first + t) % across * results;
        if (tile.y + results <= step->geometry.rows && tile.x + results <= step->geometry.columns)
            result_tile_transform(step, shape, &tile, true);
        else result_tile_transform(step, shape, &tile, false);
        tile.sums += BLOCK;
    }
}

INLINE void chunk_run(
    const inference_step *step, const tile_shape *shape, const tile_chunk *chunk, float *memory
) {
    const int taken = tile_pixel(shape), positions = shape->side * shape->side;
    const int sources = block_count(step->geometry.channels), n = chunk->sample;
    const ptrdiff_t distance = tiles_distance(sources, taken);
    float *tiles = memory + step->scratch, *sums = tiles + positions * distance;
    chunk_sources(step, shape, chunk, sample_at(memory, &step->source, n), tiles);
    const float *weights = step->weights;
    for (int b = 0; b < block_count(step->geometry.result_channels); b++) {
        for (int p = 0; p < positions; p++) {
            for (int t = 0; t < chunk->count; t += TILE_SUMS)
                tile_sums_dispatch(
                    tiles + p * distance + t * taken, weights, sources,
                    sums + p * SUMS_DISTANCE + t * BLOCK, smaller(TILE_SUMS, chunk->count - t),
                    shape->in_bfloat16);
            weights += (ptrdiff_t)sources * taken * BLOCK;
        }
        const pixel bias = PIXEL(step->biases + b * BLOCK);
        const result_tile first = {
            .sums = sums,
            .bias = &bias,
            .other = channel_at(memory, &step->other, n, b),
            .result = channel_at(memory, &step->result, n, b),
        };
        chunk_results(step, shape, chunk, first);
    }
}

/// Runs a chunk of tiles whose sides are constants.
INLINE void chunk_run_sized(
    const inference_step *step, const tile_chunk *chunk, float *memory, int side, int results
) {
    if (step->tiles.in_bfloat16) {
        const tile_shape shape = {side, results, true};
        chunk_run(step, &shape, chunk, memory);
    } else {
        const tile_shape shape = {side, results, false};
        chunk_run(step, &shape, chunk, memory);
    }
}

/// How many tiles to compute together: as many as registers take where the weights do not fit the
/// second cache, so that they are fetched as few times as can be; else fewer, whose own numbers fit
/// the first.
INLINE int most_tiles(const inference_geometry *geometry, int positions) {
    const int64_t weights = (int64_t)positions * block_count(geometry->channels) * BLOCK
        * block_count(geometry->result_channels) * BLOCK;
    return weights > 1 << 18 ? TILES : smaller(TILES, 16);
}

static void tiles_of_part(const inference_step *step, float *memory) {
    const inference_geometry *geometry = &step->geometry;
    const int size = step->tiles.size;
    const int tiles = step->tiles.end - step->tiles.first;
    const int side = size + geometry->window.size.rows - 1;
    const int most = most_tiles(geometry, side * side);
    // As even as they divide.
    const int chunks = (tiles + most - 1) / most;
    for (int n = 0; n < geometry->samples; n++)
        for (int i = 0; i < chunks; i++) {
            const int first = step->tiles.first + (int)((int64_t)tiles * i / chunks);
            const int end = step->tiles.first + (int)((int64_t)tiles * (i + 1) / chunks);
            const tile_chunk chunk = {n, first, end - first};
            if (geometry->window.size.rows == 5) chunk_run_sized(step, &chunk, memory, 6, 2);
            else if (size == 4) chunk_run_sized(step, &chunk, memory, 6, 4);
            else chunk_run_sized(step, &chunk, memory, 4, 2);
        }
}

static void convolution_by_tiles(const inference_step *step, float *memory) {
    for (int i = 0; i < step->tiles.parts.count; i++) {
        const inference_step part = step_of_part(step, &step->tiles.parts, i);
        tiles_of_part(&part, memory);
    }
}

/// Floats of scratch memory; in bfloat16 not all of them are used.
static int32_t tiles_scratch(int32_t kernel_size, int32_t tile_size, int32_t channels) {
    const int side = kernel_size + tile_size - 1;
    return (int32_t)(side * side * (tiles_distance(block_count(channels), BLOCK) + SUMS_DISTANCE));
}
