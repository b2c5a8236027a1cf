// Depthwise convolutions beside plain loops.

#include "expected.h"

/// Depthwise, in blocks: a convolution of one channel for each.
static void check_depthwise(int channels, int size, int stride, int padding) {
    convolution c = {channels, channels, 9, 18, size, stride, padding, NULL, NULL, NULL};
    const int taps = size * size, filled = (channels + block - 1) / block * block;
    float *source = numbers(channels * c.height * c.width, 1);
    float *kernel = numbers(channels * taps, 1), *biases = numbers(filled, 1);
    c.source = source;
    inference_step step = step_of(&c);
    step.source.row = c.width * block;
    step.source.channel = c.height * step.source.row;
    memset(memory, 0, memory_count * sizeof(float));
    lay_out_blocks(&c, &step.source);
    step.result.row = step.geometry.columns * block;
    step.result.channel = step.geometry.rows * step.result.row;
    // At the end of memory, so that a sanitizer sees what is written behind.
    step.result.start =
        memory_count + inference_slack - filled / block * step.result.channel;
    float *weights = calloc(filled * taps, sizeof(float));
    for (int channel = 0; channel < channels; channel++)
        for (int tap = 0; tap < taps; tap++)
            weights[(channel / block * taps + tap) * block + channel % block] =
                kernel[channel * taps + tap];
    step.weights = weights;
    step.biases = biases;
    step.kernel = kernels->depthwise;
    step.kernel(&step, memory);
    for (int channel = 0; channel < channels; channel++) {
        const convolution own = {
            1, 1, c.height, c.width, size, stride, padding,
            source + channel * c.height * c.width, kernel + channel * taps, biases + channel};
        for (int y = 0; y < step.geometry.rows; y++)
            for (int x = 0; x < step.geometry.columns; x++)
                check(
                    "depthwise",
                    memory[step.result.start + channel / block * step.result.channel
                           + y * step.result.row + x * block + channel % block],
                    expected(&own, 0, y, x), taps + 1);
    }
    free(source);
    free(kernel);
    free(biases);
    free(weights);
}
