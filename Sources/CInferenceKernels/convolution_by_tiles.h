// Convolution of stride 1 from and to blocks by tiles of results, with fewer multiplications than
// there are taps: per tile of 2x2 and channel 16 instead of 36 for kernels of 3x3, 36 instead of 100
// for 5x5; per tile of 4x4 36 instead of 144 for 3x3. Tiles that the edge cuts need fewer: as many
// along a line as there are results and taps, less one.
//
// Tiles of the source and of the weights are transformed so that convolution becomes multiplication
// element by element; what is left is, for each position in a tile, a product of matrices over the
// channels. Weights are transformed when a program is compiled.
//
// In bfloat16 it is the transformed tiles and weights that are rounded; the transforms themselves
// compute in 32 bits, and so does the sum over the channels.

/// Tiles of a sample that are computed together, counted row by row, from the one whose first result
/// is in row `y` and column `x` on.
typedef struct {
    int sample, count;
    int y, x;
} tile_chunk;

/// Goes on to the next tile.
INLINE void next_tile(const inference_step *step, int results, int *y, int *x) {
    *x += results;
    if (*x < step->geometry.columns) return;
    *x = 0;
    *y += results;
}

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
    source_tile tile = {
        .distance = tiles_distance(blocks, tile_pixel(shape)),
        .edge = tile_edge_of(step, shape),
    };
    for (int b = 0; b < blocks; b++) {
        int y = chunk->y, x = chunk->x;
        tile.source = source + b * step->source.channel;
        tile.tile = tiles + (ptrdiff_t)b * TILES * tile_pixel(shape);
        tile.slots = (tile_slots){0};
        for (int t = 0; t < chunk->count; t++, next_tile(step, results, &y, &x)) {
            tile.y = y - geometry->window.padding.rows;
            tile.x = x - geometry->window.padding.columns;
            if (tile.y >= 0 && tile.x >= 0 && tile.y + side <= geometry->height
                && tile.x + side <= geometry->width)
                source_tile_transform(step, shape, &tile, true);
            else source_tile_transform(step, shape, &tile, false);
            next_slot(
                &tile.slots, shape, y + results <= geometry->rows, x + results <= geometry->columns);
        }
    }
}

/// Transforms the sums of a chunk of tiles to results of one block: `tile` says of which sums the
/// first tile's are. `is_relu` is a constant.
INLINE void chunk_results(
    const inference_step *step, const tile_shape *shape, const tile_chunk *chunk, result_tile tile,
    bool is_relu
) {
    const int results = shape->results;
    tile.y = chunk->y;
    tile.x = chunk->x;
    for (int t = 0; t < chunk->count; t++, next_tile(step, results, &tile.y, &tile.x)) {
        const bool has_rows = tile.y + results <= step->geometry.rows;
        const bool has_columns = tile.x + results <= step->geometry.columns;
        if (has_rows && has_columns) result_tile_transform(step, shape, &tile, true, is_relu);
        else result_tile_transform(step, shape, &tile, false, is_relu);
        next_slot(&tile.slots, shape, has_rows, has_columns);
    }
}

/// How many tiles of a chunk there are at each position.
INLINE tile_slots chunk_slots(
    const inference_step *step, const tile_shape *shape, const tile_chunk *chunk
) {
    const int results = shape->results;
    tile_slots slots = {0};
    int y = chunk->y, x = chunk->x;
    for (int t = 0; t < chunk->count; t++, next_tile(step, results, &y, &x))
        next_slot(
            &slots, shape, y + results <= step->geometry.rows, x + results <= step->geometry.columns);
    return slots;
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
    const tile_edge edge = tile_edge_of(step, shape);
    const tile_slots slots = chunk_slots(step, shape, chunk);
    for (int b = 0; b < block_count(step->geometry.result_channels); b++) {
        for (int p = 0; p < positions; p++) {
            const int count =
                slot_at(&slots, shape, &edge, p / shape->side, p % shape->side);
            for (int t = 0; t < count; t += TILE_SUMS)
                tile_sums_dispatch(
                    tiles + p * distance + t * taken, weights, sources,
                    sums + p * SUMS_DISTANCE + t * BLOCK, smaller(TILE_SUMS, count - t),
                    shape->in_bfloat16);
            weights += (ptrdiff_t)sources * taken * BLOCK;
        }
        const pixel bias = PIXEL(step->biases + b * BLOCK);
        const result_tile first = {
            .sums = sums,
            .edge = edge,
            .bias = &bias,
            .other = channel_at(memory, &step->other, n, b),
            .result = channel_at(memory, &step->result, n, b),
        };
        // What there is most often asks nothing of a pixel.
        if (step->epilogue.function == inference_relu)
            chunk_results(step, shape, chunk, first, true);
        else chunk_results(step, shape, chunk, first, false);
    }
}

/// Runs a chunk of tiles; all but the step, the chunk and the memory are constants.
INLINE void chunk_run_sized(
    const inference_step *step, const tile_chunk *chunk, float *memory, int side, int results,
    int in_bfloat16
) {
    const inference_geometry *geometry = &step->geometry;
    const bool is_even = geometry->rows % results == 0 && geometry->columns % results == 0;
    // Of few channels it would take longer to find the positions than to multiply there.
    if (is_even || geometry->channels < 4 * BLOCK) {
        const tile_shape shape = {side, results, in_bfloat16, false};
        chunk_run(step, &shape, chunk, memory);
    } else {
        const tile_shape shape = {side, results, in_bfloat16, true};
        chunk_run(step, &shape, chunk, memory);
    }
}

static void chunk_run_dispatch(
    const inference_step *step, const tile_chunk *chunk, float *memory
) {
    const int rows = step->geometry.window.size.rows, size = step->tiles.size;
    const bool in_bfloat16 = step->tiles.in_bfloat16;
    // Tiles of 4x4 are not rounded.
    if (size == 4) chunk_run_sized(step, chunk, memory, 6, 4, false);
    else if (rows == 5 && in_bfloat16) chunk_run_sized(step, chunk, memory, 6, 2, true);
    else if (rows == 5) chunk_run_sized(step, chunk, memory, 6, 2, false);
    else if (in_bfloat16) chunk_run_sized(step, chunk, memory, 4, 2, true);
    else chunk_run_sized(step, chunk, memory, 4, 2, false);
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
    const int across = (geometry->columns + size - 1) / size;
    const int tiles = step->tiles.end - step->tiles.first;
    const int side = size + geometry->window.size.rows - 1;
    const int most = most_tiles(geometry, side * side);
    // As even as they divide.
    const int chunks = (tiles + most - 1) / most, rest = tiles % chunks;
    for (int n = 0; n < geometry->samples; n++)
        for (int i = 0, first = step->tiles.first; i < chunks; i++) {
            const tile_chunk chunk = {
                .sample = n,
                .count = tiles / chunks + (i < rest),
                .y = first / across * size,
                .x = first % across * size,
            };
            first += chunk.count;
            chunk_run_dispatch(step, &chunk, memory);
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
