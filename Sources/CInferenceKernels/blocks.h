// What is left to do on blocks of 16 channels: pooling, normalization, shortcuts, changes of layout.
// A pixel of a block is one vector, so nothing here asks how wide an image is.

/// The larger of two in every lane; of `y` where one is not a number.
INLINE void pixel_raise(pixel *x, const float *address) {
    const pixel y = PIXEL(address);
    wide *parts = (wide *)x;
    const wide *others = (const wide *)&y;
    UNROLL for (int i = 0; i < BLOCK / WIDE_LANES; i++)
        parts[i] = wide_maximum(parts[i], others[i]);
}

static void max_pooling_of_blocks(const inference_step *step, float *memory) {
    const int size = step->kernel_size, stride = step->stride;
    const float least = step->has_relu ? 0 : -__builtin_inff();
    for (int n = 0; n < step->samples; n++)
        for (int b = 0; b < block_count(step->channels); b++) {
            const float *source = memory + step->source.start + n * step->source.sample
                + b * step->source.channel;
            float *result = memory + step->result.start + n * step->result.sample
                + b * step->result.channel;
            for (int y = 0; y < step->rows; y++)
                for (int x = 0; x < step->columns; x++) {
                    const int end_y = smaller(y * stride + size, step->height);
                    const int end_x = smaller(x * stride + size, step->width);
                    pixel top = least - (pixel){0};
                    for (int row = y * stride; row < end_y; row++)
                        for (int column = x * stride; column < end_x; column++)
                            pixel_raise(&top, source + row * step->source.row + column * BLOCK);
                    PIXEL_RESULT(result + y * step->result.row + x * BLOCK) = top;
                }
        }
}

static void average_pooling_of_blocks(const inference_step *step, float *memory) {
    const int size = step->kernel_size, stride = step->stride;
    for (int n = 0; n < step->samples; n++)
        for (int b = 0; b < block_count(step->channels); b++) {
            const float *source = memory + step->source.start + n * step->source.sample
                + b * step->source.channel;
            float *result = memory + step->result.start + n * step->result.sample
                + b * step->result.channel;
            for (int y = 0; y < step->rows; y++)
                for (int x = 0; x < step->columns; x++) {
                    const int end_y = smaller(y * stride + size, step->height);
                    const int end_x = smaller(x * stride + size, step->width);
                    pixel sum = {0};
                    for (int row = y * stride; row < end_y; row++)
                        for (int column = x * stride; column < end_x; column++)
                            sum += PIXEL(source + row * step->source.row + column * BLOCK);
                    // What lies beyond the edge does not count.
                    const int count = (end_y - y * stride) * (end_x - x * stride);
                    PIXEL_RESULT(result + y * step->result.row + x * BLOCK) = sum / (float)count;
                }
        }
}

/// The mean of each channel, to features side by side.
static void global_average_of_blocks(const inference_step *step, float *memory) {
    const int area = step->height * step->width;
    for (int n = 0; n < step->samples; n++)
        for (int b = 0; b < block_count(step->channels); b++) {
            const float *source = memory + step->source.start + n * step->source.sample
                + b * step->source.channel;
            float *result = memory + step->result.start + n * step->result.sample + b * BLOCK;
            pixel sum = {0};
            for (int i = 0; i < area; i++) sum += PIXEL(source + i * BLOCK);
            sum /= (float)area;
            const int lanes = smaller(BLOCK, step->channels - b * BLOCK);
            for (int lane = 0; lane < lanes; lane++) result[lane] = sum[lane];
        }
}

/// `x · weight + bias`, channel by channel.
static void scaling_of_blocks(const inference_step *step, float *memory) {
    const int area = step->height * step->width;
    for (int n = 0; n < step->samples; n++)
        for (int b = 0; b < block_count(step->channels); b++) {
            const float *source = memory + step->source.start + n * step->source.sample
                + b * step->source.channel;
            float *result = memory + step->result.start + n * step->result.sample
                + b * step->result.channel;
            const pixel weight = PIXEL(step->weights + b * BLOCK);
            const pixel bias = PIXEL(step->biases + b * BLOCK);
            for (int i = 0; i < area; i++) {
                pixel y = bias + weight * PIXEL(source + i * BLOCK);
                if (step->has_relu) pixel_cut(&y);
                PIXEL_RESULT(result + i * BLOCK) = y;
            }
        }
}

/// `x / y^β`, for the exponents that networks use without `powf`.
INLINE void pixel_divide_by_power(pixel *x, const pixel *y, float exponent) {
    if (exponent == 0.75f) {
        const pixel root = __builtin_elementwise_sqrt(*y);
        *x /= root * __builtin_elementwise_sqrt(root);
    } else if (exponent == 0.5f) {
        *x /= __builtin_elementwise_sqrt(*y);
    } else if (exponent == 1) {
        *x /= *y;
    } else {
        UNROLL for (int lane = 0; lane < BLOCK; lane++)
            (*x)[lane] *= __builtin_powf((*y)[lane], -exponent);
    }
}

/// Pixels whose squares are laid out before any of their sums is taken: reading across two vectors
/// that were stored a moment ago would wait for both.
#define RESPONSE_PIXELS 8

/// A block of up to `RESPONSE_PIXELS` pixels; `half` is at most 16.
INLINE void response_of_pixels(
    const inference_step *step, const float *source, float *result, int b, int count, int half
) {
    float squares[RESPONSE_PIXELS][3 * BLOCK];
    for (int i = 0; i < count; i++)
        for (int neighbour = -1; neighbour <= 1; neighbour++) {
            const int there = b + neighbour;
            pixel x = {0};
            if (there >= 0 && there < block_count(step->channels))
                x = PIXEL(source + neighbour * step->source.channel + i * BLOCK);
            PIXEL_RESULT(squares[i] + (neighbour + 1) * BLOCK) = x * x;
        }
    for (int i = 0; i < count; i++) {
        pixel sum = {0};
        for (int shift = -half; shift <= half; shift++) sum += PIXEL(squares[i] + BLOCK + shift);
        const pixel divisor = step->k + step->alpha * sum;
        pixel y = PIXEL(source + i * BLOCK);
        pixel_divide_by_power(&y, &divisor, step->beta);
        PIXEL_RESULT(result + i * BLOCK) = y;
    }
}

/// Local response normalization over `kernel_size` channels, at most 33 of them.
static void local_response_of_blocks(const inference_step *step, float *memory) {
    const int area = step->height * step->width;
    for (int n = 0; n < step->samples; n++)
        for (int b = 0; b < block_count(step->channels); b++)
            for (int first = 0; first < area; first += RESPONSE_PIXELS) {
                const float *source = memory + step->source.start + n * step->source.sample
                    + b * step->source.channel + first * BLOCK;
                float *result = memory + step->result.start + n * step->result.sample
                    + b * step->result.channel + first * BLOCK;
                const int count = smaller(RESPONSE_PIXELS, area - first);
                response_of_pixels(step, source, result, b, count, step->kernel_size / 2);
            }
}

/// Every `stride`-th row and column, and channels of zeros around the source's.
static void shortcut_of_blocks(const inference_step *step, float *memory) {
    for (int n = 0; n < step->samples; n++)
        for (int b = 0; b < block_count(step->result_channels); b++)
            for (int lane = 0; lane < BLOCK; lane++) {
                const int channel = b * BLOCK + lane - step->first_channel;
                const int is_copied = channel >= 0 && channel < step->channels;
                const float *source = memory + step->source.start + n * step->source.sample
                    + (is_copied ? channel / BLOCK * step->source.channel + channel % BLOCK : 0);
                float *result = memory + step->result.start + n * step->result.sample
                    + b * step->result.channel + lane;
                for (int y = 0; y < step->rows; y++)
                    for (int x = 0; x < step->columns; x++)
                        result[y * step->result.row + x * BLOCK] = is_copied
                            ? source[y * step->stride * step->source.row
                                     + x * step->stride * BLOCK]
                            : 0;
            }
}

static void planes_to_blocks(const inference_step *step, float *memory) {
    for (int n = 0; n < step->samples; n++)
        for (int c = 0; c < block_count(step->channels) * BLOCK; c++) {
            const float *source = memory + step->source.start + n * step->source.sample
                + (c < step->channels ? c * step->source.channel : 0);
            float *result = memory + step->result.start + n * step->result.sample
                + c / BLOCK * step->result.channel + c % BLOCK;
            for (int y = 0; y < step->height; y++)
                for (int x = 0; x < step->width; x++)
                    result[y * step->result.row + x * BLOCK] =
                        c < step->channels ? source[y * step->source.row + x] : 0;
        }
}

static void blocks_to_planes(const inference_step *step, float *memory) {
    for (int n = 0; n < step->samples; n++)
        for (int c = 0; c < step->channels; c++) {
            const float *source = memory + step->source.start + n * step->source.sample
                + c / BLOCK * step->source.channel + c % BLOCK;
            float *result = memory + step->result.start + n * step->result.sample
                + c * step->result.channel;
            for (int y = 0; y < step->height; y++)
                for (int x = 0; x < step->width; x++)
                    result[y * step->result.row + x] = source[y * step->source.row + x * BLOCK];
        }
}
