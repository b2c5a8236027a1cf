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
    for (int b = 0; b < step->geometry.channels / BLOCK; b++)
        round_floats(
            memory + step->scratch + b * step->source.channel / 2,
            source + b * step->source.channel, step->source.channel);
    inference_step pairs = *step;
    pairs.geometry.channels = step->geometry.channels / 2;
    pairs.blocks.source_block = BLOCK_PAIRS;
    pairs.source.row /= 2;
    pairs.source.channel /= 2;
    return pairs;
}

static void blocks_of_sample(
    const inference_step *step, const float *source, const float *other, float *result
) {
    const inference_geometry *geometry = &step->geometry;
    const int size = geometry->kernel_size, stride = geometry->stride, padding = geometry->padding;
    const int parts = (geometry->columns + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
    const int blocks = block_count(geometry->result_channels);
    for (int b = 0; b < blocks; b += step->blocks.group / BLOCK) {
        const int groups = smaller(step->blocks.group / BLOCK, blocks - b);
        pixel_block block = {
            .weights = step->weights + (ptrdiff_t)b * BLOCK * geometry->channels * size * size,
            .biases = step->biases + b * BLOCK,
        };
        for (int y = 0; y < geometry->rows; y++) {
            const int top = y * stride - padding;
            block.first_row = larger(0, -top);
            block.end_row = smaller(size, geometry->height - top);
            for (int part = 0; part < parts; part++) {
                const int first = geometry->columns * part / parts;
                const int end = geometry->columns * (part + 1) / parts;
                block.first_pixel = first;
                block.source = source + top * step->source.row
                    + (ptrdiff_t)(first * stride - padding) * step->blocks.source_block;
                block.other = other + b * step->other.channel + y * step->other.row
                    + first * BLOCK;
                block.result = result + b * step->result.channel + y * step->result.row
                    + first * BLOCK;
                pixel_block_dispatch(step, &block, end - first, groups);
            }
        }
    }
}

static void convolution_by_blocks(const inference_step *step, float *memory) {
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
