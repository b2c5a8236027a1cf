// Scaling and normalization of blocks of 16 channels. A pixel of a block is one vector, so nothing
// here asks how wide an image is.

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
                pixel_bound(&y, &step->epilogue);
                PIXEL_RESULT(result + i * BLOCK) = y;
            }
            if (is_curved(&step->epilogue))
                activate(&step->epilogue, result, (ptrdiff_t)area * BLOCK);
        }
}

/// The product with one number per channel, those of `other`.
static void product_with_channels(const inference_step *step, float *memory) {
    const int area = step->geometry.height * step->geometry.width;
    for (int n = 0; n < step->geometry.samples; n++)
        for (int b = 0; b < block_count(step->geometry.channels); b++) {
            const float *source = channel_at(memory, &step->source, n, b);
            float *result = channel_at(memory, &step->result, n, b);
            const pixel factor = PIXEL(channel_at(memory, &step->other, n, b));
            for (int i = 0; i < area; i++) {
                pixel y = factor * PIXEL(source + i * BLOCK);
                pixel_bound(&y, &step->epilogue);
                PIXEL_RESULT(result + i * BLOCK) = y;
            }
            if (is_curved(&step->epilogue))
                activate(&step->epilogue, result, (ptrdiff_t)area * BLOCK);
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
            // Lanes beyond the last channel may hold any number.
            const int lanes = step->geometry.channels - there * BLOCK;
            if (lanes > 0 && lanes < BLOCK)
                for (int lane = lanes; lane < BLOCK; lane++) x[lane] = 0;
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
