// Convolution of stride 1 from and to blocks by tiles of 2x2 results, with fewer multiplications
// than there are taps: 16 per tile and channel instead of 36 for kernels of 3x3, 36 instead of 100
// for 5x5.
//
// Tiles of the source and of the weights are transformed so that convolution becomes multiplication
// element by element; what is left is, for each position in a tile, a product of matrices over the
// channels. Weights are transformed when a program is compiled.
//
// In bfloat16 it is the transformed tiles and weights that are rounded; the transforms themselves
// compute in 32 bits, and so does the sum over the channels.
//
// References: Lavin, Gray, *Fast Algorithms for Convolutional Neural Networks*, CVPR 2016, section
// 4: F(2x2, 3x3) with the points 0, 1, -1, and F(2x2, 5x5) with the points 0, 1, -1, 2, -2.

/// Tiles that are computed together.
#define TILES 16

/// Tiles whose sums fit the registers.
#if defined(INFERENCE_AVX512)
#define TILE_SUMS 16
#elif VECTOR_REGISTERS == 32 || WIDE_LANES == 8
#define TILE_SUMS 4
#else
#define TILE_SUMS 2
#endif

/// The side of a tile of the source for kernels of 3x3 and of 5x5.
#define LARGEST_TILE 6

/// Transforms a row or column of a tile of the source, whose elements are `step` pixels apart.
INLINE void tile_source_line(pixel *d, int step, int side) {
    const pixel d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step];
    if (side == 4) {
        d[0] = d0 - d2;
        d[step] = d1 + d2;
        d[2 * step] = d2 - d1;
        d[3 * step] = d1 - d3;
        return;
    }
    const pixel d4 = d[4 * step], d5 = d[5 * step];
    const pixel even = d4 - 4 * d2, odd = d3 - 4 * d1, half_even = d4 - d2,
                twice_odd = 2 * (d3 - d1);
    d[0] = 4 * d0 - 5 * d2 + d4;
    d[step] = even + odd;
    d[2 * step] = even - odd;
    d[3 * step] = half_even + twice_odd;
    d[4 * step] = half_even - twice_odd;
    d[5 * step] = 4 * d1 - 5 * d3 + d5;
}

/// Transforms a row or column of sums to two results, the first two of the line.
INLINE void tile_result_line(pixel *m, int step, int side) {
    const pixel m0 = m[0], m1 = m[step], m2 = m[2 * step], m3 = m[3 * step];
    if (side == 4) {
        m[0] = m0 + m1 + m2;
        m[step] = m1 - m2 - m3;
        return;
    }
    const pixel m4 = m[4 * step], m5 = m[5 * step];
    m[0] = m0 + (m1 + m2) + (m3 + m4);
    m[step] = (m1 - m2) + 2 * (m3 - m4) + m5;
}

/// Transforms the tile at a place of a source block to `tile`, position by position.
INLINE void tile_source(
    const inference_step *step, const float *source, int y, int x, int side, float *tile,
    ptrdiff_t position_distance, int in_bfloat16
) {
    pixel d[LARGEST_TILE * LARGEST_TILE];
    const int is_inside = y >= 0 && x >= 0 && y + side <= step->height && x + side <= step->width;
    UNROLL for (int i = 0; i < side; i++)
        UNROLL for (int j = 0; j < side; j++) {
            const int row = y + i, column = x + j;
            const float *address = source + row * step->source.row + column * BLOCK;
            if (is_inside
                || (row >= 0 && row < step->height && column >= 0 && column < step->width))
                d[i * side + j] = PIXEL(address);
            else d[i * side + j] = (pixel){0};
        }
    UNROLL for (int j = 0; j < side; j++) tile_source_line(d + j, side, side);
    UNROLL for (int i = 0; i < side; i++) tile_source_line(d + i * side, 1, side);
    UNROLL for (int p = 0; p < side * side; p++) {
        if (in_bfloat16) pixel_store_rounded(tile + p * position_distance, d + p);
        else PIXEL_RESULT(tile + p * position_distance) = d[p];
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

/// Transforms the sums of one tile to four results and stores those that the image has.
INLINE void tile_results(
    const inference_step *step, const float *sums, const pixel *bias, const float *other,
    float *result, int y, int x, int side
) {
    pixel m[LARGEST_TILE * LARGEST_TILE];
    UNROLL for (int p = 0; p < side * side; p++) m[p] = PIXEL(sums + p * TILES * BLOCK);
    UNROLL for (int j = 0; j < side; j++) tile_result_line(m + j, side, side);
    UNROLL for (int i = 0; i < 2; i++) tile_result_line(m + i * side, 1, side);
    UNROLL for (int i = 0; i < 2; i++)
        UNROLL for (int j = 0; j < 2; j++) {
            if (y + i >= step->rows || x + j >= step->columns) continue;
            pixel r = m[i * side + j] + *bias;
            const ptrdiff_t column = (ptrdiff_t)(x + j) * BLOCK;
            if (step->has_other) r += PIXEL(other + (y + i) * step->other.row + column);
            if (step->has_relu) pixel_cut(&r);
            PIXEL_RESULT(result + (y + i) * step->result.row + column) = r;
        }
}

/// Computes `count` tiles from the first on, counted row by row.
INLINE void tile_chunk(
    const inference_step *step, float *memory, int n, int first, int count, int side,
    int in_bfloat16
) {
    // Floats that a pixel of a tile takes; one holds two numbers of 16 bits.
    const int taken = in_bfloat16 ? BLOCK_PAIRS : BLOCK;
    const int across = (step->columns + 1) / 2, positions = side * side;
    const int sources = block_count(step->channels), results = block_count(step->result_channels);
    float *tiles = memory + step->scratch;
    float *sums = tiles + (ptrdiff_t)positions * sources * TILES * taken;
    for (int b = 0; b < sources; b++)
        for (int t = 0; t < count; t++)
            tile_source(
                step,
                memory + step->source.start + n * step->source.sample + b * step->source.channel,
                (first + t) / across * 2 - step->padding, (first + t) % across * 2 - step->padding,
                side, tiles + (b * TILES + t) * taken, (ptrdiff_t)sources * TILES * taken,
                in_bfloat16);
    const float *weights = step->weights;
    for (int b = 0; b < results; b++) {
        for (int p = 0; p < positions; p++) {
            for (int t = 0; t < count; t += TILE_SUMS)
                tile_sums(
                    tiles + ((ptrdiff_t)p * sources * TILES + t) * taken, weights, sources,
                    sums + (p * TILES + t) * BLOCK, in_bfloat16);
            weights += (ptrdiff_t)sources * taken * BLOCK;
        }
        const pixel bias = PIXEL(step->biases + b * BLOCK);
        for (int t = 0; t < count; t++)
            tile_results(
                step, sums + t * BLOCK, &bias,
                memory + step->other.start + n * step->other.sample + b * step->other.channel,
                memory + step->result.start + n * step->result.sample + b * step->result.channel,
                (first + t) / across * 2, (first + t) % across * 2, side);
    }
}

static void convolution_by_tiles(const inference_step *step, float *memory) {
    const int tiles = (step->rows + 1) / 2 * ((step->columns + 1) / 2);
    for (int n = 0; n < step->samples; n++)
        for (int first = 0; first < tiles; first += TILES) {
            const int count = smaller(TILES, tiles - first);
            if (step->kernel_size == 3 && step->in_bfloat16)
                tile_chunk(step, memory, n, first, count, 4, true);
            else if (step->kernel_size == 3) tile_chunk(step, memory, n, first, count, 4, false);
            else if (step->in_bfloat16) tile_chunk(step, memory, n, first, count, 6, true);
            else tile_chunk(step, memory, n, first, count, 6, false);
        }
}

/// Floats of scratch memory; in bfloat16 not all of them are used.
static int32_t tiles_scratch(int32_t kernel_size, int32_t channels) {
    const int positions = (kernel_size + 1) * (kernel_size + 1);
    return positions * TILES * BLOCK * (block_count(channels) + 1);
}
