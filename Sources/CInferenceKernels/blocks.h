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
    const int size = step->geometry.kernel_size, stride = step->geometry.stride;
    const float least = step->epilogue.has_relu ? 0 : -__builtin_inff();
    for (int n = 0; n < step->geometry.samples; n++)
        for (int b = 0; b < block_count(step->geometry.channels); b++) {
            const float *source = channel_at(memory, &step->source, n, b);
            float *result = channel_at(memory, &step->result, n, b);
            for (int y = 0; y < step->geometry.rows; y++)
                for (int x = 0; x < step->geometry.columns; x++) {
                    const int end_y = smaller(y * stride + size, step->geometry.height);
                    const int end_x = smaller(x * stride + size, step->geometry.width);
                    pixel top = least - (pixel){0};
                    for (int row = y * stride; row < end_y; row++)
                        for (int column = x * stride; column < end_x; column++)
                            pixel_raise(&top, source + row * step->source.row + column * BLOCK);
                    PIXEL_RESULT(result + y * step->result.row + x * BLOCK) = top;
                }
        }
}

static void average_pooling_of_blocks(const inference_step *step, float *memory) {
    const int size = step->geometry.kernel_size, stride = step->geometry.stride;
    for (int n = 0; n < step->geometry.samples; n++)
        for (int b = 0; b < block_count(step->geometry.channels); b++) {
            const float *source = channel_at(memory, &step->source, n, b);
            float *result = channel_at(memory, &step->result, n, b);
            for (int y = 0; y < step->geometry.rows; y++)
                for (int x = 0; x < step->geometry.columns; x++) {
                    const int end_y = smaller(y * stride + size, step->geometry.height);
                    const int end_x = smaller(x * stride + size, step->geometry.width);
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
    const int area = step->geometry.height * step->geometry.width;
    for (int n = 0; n < step->geometry.samples; n++)
        for (int b = 0; b < block_count(step->geometry.channels); b++) {
            const float *source = channel_at(memory, &step->source, n, b);
            float *result = sample_at(memory, &step->result, n) + b * BLOCK;
            pixel sum = {0};
            for (int i = 0; i < area; i++) sum += PIXEL(source + i * BLOCK);
            sum /= (float)area;
            const int lanes = smaller(BLOCK, step->geometry.channels - b * BLOCK);
            for (int lane = 0; lane < lanes; lane++) result[lane] = sum[lane];
        }
}

/// `x · weight + bias`, channel by channel.
static void scaling_of_blocks(const inference_step *step, float *memory) {
    const int area = step->geometry.height * step->geometry.width;
    for (int n = 0; n < step->geometry.samples; n++)
        for (int b = 0; b < block_count(step->geometry.channels); b++) {
            const float *source = channel_at(memory, &step->source, n, b);
            float *result = channel_at(memory, &step->result, n, b);
            const pixel weight = PIXEL(step->weights + b * BLOCK);
            const pixel bias = PIXEL(step->biases + b * BLOCK);
            for (int i = 0; i < area; i++) {
                pixel y = bias + weight * PIXEL(source + i * BLOCK);
                if (step->epilogue.has_relu) pixel_cut(&y);
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
            if (there >= 0 && there < block_count(step->geometry.channels))
                x = PIXEL(source + neighbour * step->source.channel + i * BLOCK);
            PIXEL_RESULT(squares[i] + (neighbour + 1) * BLOCK) = x * x;
        }
    for (int i = 0; i < count; i++) {
        pixel sum = {0};
        for (int shift = -half; shift <= half; shift++) sum += PIXEL(squares[i] + BLOCK + shift);
        const pixel divisor = step->response.k + step->response.alpha * sum;
        pixel y = PIXEL(source + i * BLOCK);
        pixel_divide_by_power(&y, &divisor, step->response.beta);
        PIXEL_RESULT(result + i * BLOCK) = y;
    }
}

static void local_response_of_blocks(const inference_step *step, float *memory) {
    const int area = step->geometry.height * step->geometry.width;
    for (int n = 0; n < step->geometry.samples; n++)
        for (int b = 0; b < block_count(step->geometry.channels); b++)
            for (int first = 0; first < area; first += RESPONSE_PIXELS) {
                const float *source = channel_at(memory, &step->source, n, b) + first * BLOCK;
                float *result = channel_at(memory, &step->result, n, b) + first * BLOCK;
                const int count = smaller(RESPONSE_PIXELS, area - first);
                response_of_pixels(step, source, result, b, count, step->response.size / 2);
            }
}

/// Every `stride`-th row and column, and channels of zeros around the source's.
static void shortcut_of_blocks(const inference_step *step, float *memory) {
    for (int n = 0; n < step->geometry.samples; n++)
        for (int b = 0; b < block_count(step->geometry.result_channels); b++)
            for (int lane = 0; lane < BLOCK; lane++) {
                const int channel = b * BLOCK + lane - step->shortcut.first_channel;
                const int is_copied = channel >= 0 && channel < step->geometry.channels;
                const float *source = sample_at(memory, &step->source, n)
                    + (is_copied ? channel / BLOCK * step->source.channel + channel % BLOCK : 0);
                float *result = channel_at(memory, &step->result, n, b) + lane;
                for (int y = 0; y < step->geometry.rows; y++)
                    for (int x = 0; x < step->geometry.columns; x++)
                        result[y * step->result.row + x * BLOCK] = is_copied
                            ? source[y * step->geometry.stride * step->source.row
                                     + x * step->geometry.stride * BLOCK]
                            : 0;
            }
}

static void planes_to_blocks(const inference_step *step, float *memory) {
    for (int n = 0; n < step->geometry.samples; n++)
        for (int c = 0; c < block_count(step->geometry.channels) * BLOCK; c++) {
            const float *source = sample_at(memory, &step->source, n)
                + (c < step->geometry.channels ? c * step->source.channel : 0);
            float *result = sample_at(memory, &step->result, n)
                + c / BLOCK * step->result.channel + c % BLOCK;
            for (int y = 0; y < step->geometry.height; y++)
                for (int x = 0; x < step->geometry.width; x++)
                    result[y * step->result.row + x * BLOCK] =
                        c < step->geometry.channels ? source[y * step->source.row + x] : 0;
        }
}

static void blocks_to_planes(const inference_step *step, float *memory) {
    for (int n = 0; n < step->geometry.samples; n++)
        for (int c = 0; c < step->geometry.channels; c++) {
            const float *source = sample_at(memory, &step->source, n)
                + c / BLOCK * step->source.channel + c % BLOCK;
            float *result = channel_at(memory, &step->result, n, c);
            for (int y = 0; y < step->geometry.height; y++)
                for (int x = 0; x < step->geometry.width; x++)
                    result[y * step->result.row + x] = source[y * step->source.row + x * BLOCK];
        }
}
