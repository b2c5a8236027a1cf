// Convolution from and to blocks of 16 channels, for everything but few channels, by register
// blocks. The source may also be planes, as images are.
//
// In bfloat16 a source in blocks is rounded first, and a pair of channels is what a channel is
// otherwise.

/// Whole blocks, as many as a register block takes, and as evenly as they divide.
static int32_t blocks_group(int32_t result_channels) {
    int blocks = block_count(result_channels);
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
    const float *source = sample_at(memory, &step->source, n);
    // No more than the rows that are read: a part of an image may end before the next channel begins.
    const ptrdiff_t count =
        (step->geometry.height - 1) * step->source.row + step->geometry.width * BLOCK;
    for (int b = 0; b < step->geometry.channels / BLOCK; b++)
        round_floats(
            memory + step->scratch + b * step->source.channel / 2,
            source + b * step->source.channel, count);
    inference_step pairs = *step;
    pairs.geometry.channels = step->geometry.channels / 2;
    pairs.blocks.source_block = BLOCK_PAIRS;
    pairs.source.row /= 2;
    pairs.source.channel /= 2;
    return pairs;
}

/// The rows of the kernel that meet the image where its first row would be row `top`: `first` to
/// before `end`.
INLINE void rows_in_image(const inference_geometry *geometry, int top, int *first, int *end) {
    const int dilation = geometry->window.dilation.rows, size = geometry->window.size.rows;
    *first = top >= 0 ? 0 : smaller(size, (-top + dilation - 1) / dilation);
    const int below = geometry->height - top;
    *end = larger(*first, smaller(size, (below + dilation - 1) / dilation));
}

/// One row of results, in register blocks as wide as they can be and as even as they divide.
INLINE void blocks_of_row(
    const inference_step *step, pixel_block *block, const float *source, const float *other,
    float *result, int groups
) {
    const int columns = step->geometry.columns;
    const inference_window *window = &step->geometry.window;
    const int parts = (columns + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
    for (int part = 0; part < parts; part++) {
        const int first = (int)((int64_t)columns * part / parts);
        const int end = (int)((int64_t)columns * (part + 1) / parts);
        const ptrdiff_t left = (ptrdiff_t)first * window->stride.columns - window->padding.columns;
        block->first_pixel = first;
        block->source = source + left * step->blocks.source_block;
        block->other = other + first * BLOCK;
        block->result = result + first * BLOCK;
        pixel_block_dispatch(step, block, end - first, groups);
        if (!is_curved(&step->epilogue)) continue;
        for (int g = 0; g < groups; g++)
            activate(
                &step->epilogue, block->result + g * step->result.channel, (end - first) * BLOCK);
    }
}

static void blocks_of_sample(
    const inference_step *step, const float *source, const float *other, float *result
) {
    const inference_geometry *geometry = &step->geometry;
    const inference_window *window = &geometry->window;
    const int blocks = block_count(geometry->result_channels);
    const ptrdiff_t taps =
        (ptrdiff_t)geometry->channels * window->size.rows * window->size.columns;
    for (int b = 0; b < blocks; b += step->blocks.group / BLOCK) {
        const int groups = smaller(step->blocks.group / BLOCK, blocks - b);
        pixel_block block = {
            .weights = step->weights + b * BLOCK * taps,
            .biases = step->biases + b * BLOCK,
        };
        for (int y = 0; y < geometry->rows; y++) {
            const int top = y * window->stride.rows - window->padding.rows;
            rows_in_image(geometry, top, &block.first_row, &block.end_row);
            blocks_of_row(
                step, &block, source + top * step->source.row,
                other + b * step->other.channel + y * step->other.row,
                result + b * step->result.channel + y * step->result.row, groups);
        }
    }
}

/// All samples of one part of the channels.
static void blocks_of_part(const inference_step *step, float *memory) {
    for (int n = 0; n < step->geometry.samples; n++) {
        const float *other = sample_at(memory, &step->other, n);
        float *result = sample_at(memory, &step->result, n);
        if (step->blocks.in_bfloat16) {
            const inference_step pairs = step_of_pairs(step, memory, n);
            blocks_of_sample(&pairs, memory + step->scratch, other, result);
        } else {
            const float *source = sample_at(memory, &step->source, n);
            blocks_of_sample(step, source, other, result);
        }
    }
}

/// The step that computes one part of the channels.
INLINE inference_step step_of_part(
    const inference_step *step, const inference_parts *parts, int index
) {
    inference_step part = *step;
    const int sources = index * block_count(step->geometry.channels);
    const int results = index * block_count(step->geometry.result_channels);
    part.source.start += sources * step->source.channel;
    part.other.start += results * step->other.channel;
    part.result.start += results * step->result.channel;
    part.weights += index * parts->weights;
    part.biases += results * BLOCK;
    return part;
}

static void convolution_by_blocks(const inference_step *step, float *memory) {
    for (int i = 0; i < step->blocks.parts.count; i++) {
        const inference_step part = step_of_part(step, &step->blocks.parts, i);
        blocks_of_part(&part, memory);
    }
}
