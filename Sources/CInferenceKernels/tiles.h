// Tiles of a source and of results: what they are like, where they lie, and their transforms.

/// Tiles whose sums fit the registers, and tiles that are computed together.
#if defined(INFERENCE_AVX512)
#define TILE_SUMS 28
#define TILES 28
#else
#define TILES 16
#if VECTOR_REGISTERS == 32 || WIDE_LANES == 8
#define TILE_SUMS 4
#else
#define TILE_SUMS 2
#endif
#endif

/// From one position of tiles or sums to the next, there is a line more than they take: otherwise
/// all positions of a tile would fall on few sets of the cache.
#define TILE_GAP BLOCK

/// Floats from one position of sums to the next.
#define SUMS_DISTANCE (TILES * BLOCK + TILE_GAP)

/// Floats from one position of tiles to the next; a pixel of a tile takes `taken`.
INLINE ptrdiff_t tiles_distance(int blocks, int taken) {
    return (ptrdiff_t)blocks * TILES * taken + TILE_GAP;
}

/// What tiles are like. Constants wherever some are computed.
typedef struct {
    /// Pixels along a side of a tile of the source, and results along a side of what comes of it.
    int side, results;
    bool in_bfloat16;
    /// Whether tiles that the edge cuts do without the positions that they do not need.
    bool cuts_tiles;
} tile_shape;

/// Floats that a pixel of a tile takes; in bfloat16 one holds two numbers.
INLINE int tile_pixel(const tile_shape *shape) { return shape->in_bfloat16 ? BLOCK_PAIRS : BLOCK; }

/// Tiles at the lower and right edge of which the image has fewer results need fewer positions: so
/// many of those of a line.
typedef struct {
    int rows, columns;
} tile_edge;

INLINE int edge_points(const tile_shape *shape, int results) {
    return smaller(shape->results, results) + shape->side - shape->results;
}

/// What tiles at the edges need; as much as others where none is cut.
INLINE tile_edge tile_edge_of(const inference_step *step, const tile_shape *shape) {
    const int rows = step->geometry.rows % shape->results;
    const int columns = step->geometry.columns % shape->results;
    return (tile_edge){
        rows == 0 ? shape->side : edge_points(shape, rows),
        columns == 0 ? shape->side : edge_points(shape, columns),
    };
}

/// How many tiles stand before one: at positions that all tiles need, and at those that tiles at the
/// lower edge, the right edge, or both are without.
typedef struct {
    int before[2][2];
} tile_slots;

/// Goes on from a tile: `has_rows` and `has_columns` say that the image has all of its results.
INLINE void next_slot(
    tile_slots *slots, const tile_shape *shape, bool has_rows, bool has_columns
) {
    slots->before[0][0]++;
    if (!shape->cuts_tiles) return;
    slots->before[0][1] += has_columns;
    slots->before[1][0] += has_rows;
    slots->before[1][1] += has_rows && has_columns;
}

/// How many tiles stand before one, or in all, at the position in row `i` and column `j`.
INLINE int slot_at(
    const tile_slots *slots, const tile_shape *shape, const tile_edge *edge, int i, int j
) {
    return shape->cuts_tiles ? slots->before[i >= edge->rows][j >= edge->columns]
                             : slots->before[0][0];
}

/// A tile of a source block, by its first row and column, and where it goes, position by position.
typedef struct {
    const float *source;
    int y, x;
    float *tile;
    ptrdiff_t distance;
    tile_edge edge;
    tile_slots slots;
} source_tile;

/// A tile of results of a block, by its first row and column, and the sums that it comes from.
typedef struct {
    const float *sums;
    int y, x;
    tile_edge edge;
    tile_slots slots;
    const pixel *bias;
    const float *other;
    float *result;
} result_tile;

/// Transforms a tile of the source. `is_inside` says that nothing of it lies beyond the image.
INLINE void source_tile_transform(
    const inference_step *step, const tile_shape *shape, const source_tile *tile, bool is_inside
) {
    static const float zeros[BLOCK];
    pixel d[LARGEST_TILE * LARGEST_TILE];
    const inference_extent padding = step->geometry.window.padding;
    const int rows = edge_points(shape, step->geometry.rows - tile->y - padding.rows);
    const int columns = edge_points(shape, step->geometry.columns - tile->x - padding.columns);
    const bool is_whole = is_inside || !shape->cuts_tiles;
    const int side = shape->side, height = step->geometry.height, width = step->geometry.width;
    UNROLL for (int j = 0; j < side; j++) {
        UNROLL for (int i = 0; i < side; i++) {
            const int row = tile->y + i, column = tile->x + j;
            const float *address = tile->source + row * step->source.row + column * BLOCK;
            if (!is_inside && (row < 0 || row >= height || column < 0 || column >= width))
                address = zeros;
            d[i * side + j] = PIXEL(address);
        }
        if (!is_whole) tile_cut_line(d + j, side, side, rows);
        tile_source_line(d + j, side, side);
    }
    UNROLL for (int i = 0; i < side; i++) {
        if (!is_whole && i >= rows) continue;
        if (!is_whole) tile_cut_line(d + i * side, 1, side, columns);
        tile_source_line(d + i * side, 1, side);
        UNROLL for (int j = 0; j < side; j++) {
            if (!is_whole && j >= columns) continue;
            const int p = i * side + j;
            const int before = slot_at(&tile->slots, shape, &tile->edge, i, j);
            float *position = tile->tile + p * tile->distance + before * tile_pixel(shape);
            if (shape->in_bfloat16) pixel_store_rounded(position, d + p);
            else PIXEL_RESULT(position) = d[p];
        }
    }
}

/// Transforms the sums of one tile to results and stores those that the image has; all of them
/// where `is_inside` says so. `is_relu` says that nothing but ReLU is applied to them.
INLINE void result_tile_transform(
    const inference_step *step, const tile_shape *shape, const result_tile *tile, bool is_inside,
    bool is_relu
) {
    // Read once: the compiler cannot know that results are not stored over them.
    const inference_epilogue epilogue = step->epilogue;
    const ptrdiff_t other_row = step->other.row, result_row = step->result.row;
    const int side = shape->side, results = shape->results;
    const int rows = is_inside ? results : smaller(results, step->geometry.rows - tile->y);
    const int columns = is_inside ? results : smaller(results, step->geometry.columns - tile->x);
    const bool is_whole = is_inside || !shape->cuts_tiles;
    pixel m[LARGEST_TILE * LARGEST_TILE];
    UNROLL for (int j = 0; j < side; j++) {
        UNROLL for (int i = 0; i < side; i++) {
            const int p = i * side + j;
            const int before = slot_at(&tile->slots, shape, &tile->edge, i, j);
            m[p] = (pixel){0};
            if (is_whole || (i < edge_points(shape, rows) && j < edge_points(shape, columns)))
                m[p] = PIXEL(tile->sums + p * SUMS_DISTANCE + before * BLOCK);
        }
        tile_result_line(m + j, side, side, results);
    }
    const float *other = tile->other + tile->y * other_row + tile->x * BLOCK;
    float *result = tile->result + tile->y * result_row + tile->x * BLOCK;
    UNROLL for (int i = 0; i < results; i++) {
        pixel *r = m + i * side;
        if (i >= rows) return;
        tile_result_line(r, 1, side, results);
        UNROLL for (int j = 0; j < results; j++) {
            if (j >= columns) continue;
            r[j] += *tile->bias;
            if (epilogue.has_other) r[j] += PIXEL(other + i * other_row + j * BLOCK);
            if (is_relu) pixel_cut(r + j);
            else pixel_bound(r + j, &epilogue);
            PIXEL_RESULT(result + i * result_row + j * BLOCK) = r[j];
        }
        if (!is_relu && is_curved(&epilogue))
            activate(&epilogue, result + i * result_row, columns * BLOCK);
    }
}
