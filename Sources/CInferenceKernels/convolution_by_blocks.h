// Convolution from and to blocks of 16 channels, for everything but few channels.
//
// A pixel of a block is one vector. A register block is up to eight output pixels of a row by up to
// three blocks of output channels. Taps that fall on padding are not visited: rows of the kernel by
// the range of `ky`, columns by leaving out pixels at either end, which is decided once per `kx`.
// The source may also be planes, as images are.
//
// In bfloat16 a source in blocks is rounded first, and a pair of channels is what a channel is
// otherwise.

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

/// Where a register block reads and writes, and which part of the kernel meets the image there.
typedef struct {
    const float *source;
    const float *weights;
    const float *biases;
    const float *other;
    float *result;
    int first_row, end_row;
    int first_pixel;
} block_block;

/// Adds the taps of one column of the kernel, for all pixels but those that miss the image.
INLINE void block_taps(
    const inference_step *step, const float *source, const float *weights, int rows, int columns,
    int groups, int first, int end, ptrdiff_t distance, int inner,
    pixel sums[BLOCK_COLUMNS][BLOCK_GROUPS]
) {
    const int outer = step->channels / inner;
    for (int ky = 0; ky < rows; ky++) {
        const float *row = source + ky * step->source.row;
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                UNROLL for (int x = 0; x < columns; x++) {
                    if (x < first || x >= end) continue;
                    UNROLL for (int g = 0; g < groups; g++)
                        pixel_multiply_add(
                            &sums[x][g], row + x * distance + i, weights + g * BLOCK,
                            inner == BLOCK_PAIRS);
                }
                weights += groups * BLOCK;
            }
            row += step->source.channel;
        }
    }
}

INLINE void block_run(
    const inference_step *step, const block_block *block, int columns, int groups,
    ptrdiff_t distance, int inner
) {
    pixel sums[BLOCK_COLUMNS][BLOCK_GROUPS];
    UNROLL for (int g = 0; g < groups; g++) {
        const pixel bias = PIXEL(block->biases + g * BLOCK);
        UNROLL for (int x = 0; x < columns; x++) sums[x][g] = bias;
    }
    const int size = step->kernel_size, stride = step->stride;
    const int rows = block->end_row - block->first_row;
    for (int kx = 0; kx < size; kx++) {
        // The first column of the image that this tap meets, and how many pixels miss it.
        const int left = block->first_pixel * stride + kx - step->padding;
        const int right = left + (columns - 1) * stride;
        const int skipped_left = left >= 0 ? 0 : smaller(columns, (-left + stride - 1) / stride);
        const int skipped_right =
            right < step->width ? 0 : smaller(columns, (right - step->width) / stride + 1);
        const float *source =
            block->source + block->first_row * step->source.row + (ptrdiff_t)kx * inner;
        const float *weights = block->weights
            + ((ptrdiff_t)kx * size + block->first_row) * step->channels * groups * BLOCK;
#define TAPS(first, end) \
    block_taps( \
        step, source, weights, rows, columns, groups, first, end, distance, inner, sums)
        if (skipped_left + skipped_right == 0) TAPS(0, columns);
        else if (skipped_left == 1 && skipped_right == 0) TAPS(1, columns);
        else if (skipped_left == 0 && skipped_right == 1) TAPS(0, columns - 1);
        else if (skipped_left == 2 && skipped_right == 0) TAPS(2, columns);
        else if (skipped_left == 0 && skipped_right == 2) TAPS(0, columns - 2);
        else TAPS(skipped_left, columns - skipped_right);
#undef TAPS
    }
    UNROLL for (int g = 0; g < groups; g++)
        UNROLL for (int x = 0; x < columns; x++) {
            pixel y = sums[x][g];
            if (step->has_other) y += PIXEL(block->other + g * step->other.channel + x * BLOCK);
            if (step->has_relu) pixel_cut(&y);
            PIXEL_RESULT(block->result + g * step->result.channel + x * BLOCK) = y;
        }
}

#define BLOCK_BLOCK(columns, groups) \
    case (groups - 1) * 8 + columns: \
        if (step->source_block == BLOCK && step->stride == 1) \
            block_run(step, block, columns, groups, BLOCK, BLOCK); \
        else if (step->source_block == BLOCK) \
            block_run(step, block, columns, groups, (ptrdiff_t)BLOCK * step->stride, BLOCK); \
        else if (step->source_block == BLOCK_PAIRS) \
            block_run( \
                step, block, columns, groups, (ptrdiff_t)BLOCK_PAIRS * step->stride, \
                BLOCK_PAIRS); \
        else block_run(step, block, columns, groups, step->stride, 1); \
        return;

static void block_dispatch(
    const inference_step *step, const block_block *block, int columns, int groups
) {
    switch ((groups - 1) * 8 + columns) {
        BLOCK_BLOCK(1, 1)
        BLOCK_BLOCK(2, 1)
        BLOCK_BLOCK(3, 1)
#if BLOCK_COLUMNS > 3
        BLOCK_BLOCK(4, 1)
        BLOCK_BLOCK(5, 1)
        BLOCK_BLOCK(6, 1)
#endif
#if BLOCK_COLUMNS > 6
        BLOCK_BLOCK(7, 1)
        BLOCK_BLOCK(8, 1)
        BLOCK_BLOCK(1, 2)
        BLOCK_BLOCK(2, 2)
        BLOCK_BLOCK(3, 2)
        BLOCK_BLOCK(4, 2)
        BLOCK_BLOCK(5, 2)
        BLOCK_BLOCK(6, 2)
        BLOCK_BLOCK(7, 2)
        BLOCK_BLOCK(8, 2)
        BLOCK_BLOCK(1, 3)
        BLOCK_BLOCK(2, 3)
        BLOCK_BLOCK(3, 3)
        BLOCK_BLOCK(4, 3)
        BLOCK_BLOCK(5, 3)
        BLOCK_BLOCK(6, 3)
        BLOCK_BLOCK(7, 3)
        BLOCK_BLOCK(8, 3)
#endif
    default: __builtin_unreachable();
    }
}

/// Whole blocks, as many as a register block takes, and as evenly as they divide.
static int32_t blocks_group(int32_t result_channels) {
    int blocks = (result_channels + BLOCK - 1) / BLOCK;
    int groups = (blocks + BLOCK_GROUPS - 1) / BLOCK_GROUPS;
    return (blocks + groups - 1) / groups * BLOCK;
}

/// Words of scratch memory that a source in bfloat16 needs, or floats, which is the same.
static int64_t blocks_scratch(int32_t channels, int32_t height, int32_t width) {
    return (int64_t)block_count(channels) * height * width * BLOCK_PAIRS;
}

/// Rounds one sample's blocks to scratch memory.
///
/// Returns the step that reads them there, and takes each pair of channels for one.
static inference_step step_of_pairs(const inference_step *step, float *memory, int n) {
    const float *source = memory + step->source.start + n * step->source.sample;
    for (int b = 0; b < step->channels / BLOCK; b++)
        round_floats(
            memory + step->scratch + b * step->source.channel / 2,
            source + b * step->source.channel, step->source.channel);
    inference_step pairs = *step;
    pairs.channels = step->channels / 2;
    pairs.source_block = BLOCK_PAIRS;
    pairs.source.row /= 2;
    pairs.source.channel /= 2;
    return pairs;
}

static void blocks_of_sample(
    const inference_step *step, const float *source, const float *other, float *result
) {
    const int size = step->kernel_size, stride = step->stride, padding = step->padding;
    const int parts = (step->columns + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
    const int blocks = (step->result_channels + BLOCK - 1) / BLOCK;
    for (int b = 0; b < blocks; b += step->group / BLOCK) {
        const int groups = smaller(step->group / BLOCK, blocks - b);
        block_block block = {
            .weights = step->weights + (ptrdiff_t)b * BLOCK * step->channels * size * size,
            .biases = step->biases + b * BLOCK,
        };
        for (int y = 0; y < step->rows; y++) {
            const int top = y * stride - padding;
            block.first_row = larger(0, -top);
            block.end_row = smaller(size, step->height - top);
            for (int part = 0; part < parts; part++) {
                const int first = step->columns * part / parts;
                const int end = step->columns * (part + 1) / parts;
                block.first_pixel = first;
                block.source = source + top * step->source.row
                    + (ptrdiff_t)(first * stride - padding) * step->source_block;
                block.other = other + b * step->other.channel + y * step->other.row
                    + first * BLOCK;
                block.result = result + b * step->result.channel + y * step->result.row
                    + first * BLOCK;
                block_dispatch(step, &block, end - first, groups);
            }
        }
    }
}

static void convolution_by_blocks(const inference_step *step, float *memory) {
    for (int n = 0; n < step->samples; n++) {
        const float *other = memory + step->other.start + n * step->other.sample;
        float *result = memory + step->result.start + n * step->result.sample;
        if (step->in_bfloat16) {
            const inference_step pairs = step_of_pairs(step, memory, n);
            blocks_of_sample(&pairs, memory + step->scratch, other, result);
        } else {
            const float *source = memory + step->source.start + n * step->source.sample;
            blocks_of_sample(step, source, other, result);
        }
    }
}
