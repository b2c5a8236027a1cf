// What is left to do on planes: pooling that follows no convolution, ReLU, sums and copies.

/// The maximum of one window, which may reach over the edge.
INLINE float window_maximum(const inference_step *step, const float *plane, int y, int x) {
    const int end_y = smaller(y + step->kernel_size, step->height);
    const int end_x = smaller(x + step->kernel_size, step->width);
    float maximum = step->has_relu ? 0 : -__builtin_inff();
    for (int row = y; row < end_y; row++)
        for (int column = x; column < end_x; column++) {
            const float value = plane[row * step->source.row + column];
            maximum = maximum > value ? maximum : value;
        }
    return maximum;
}

static void max_pooling(const inference_step *step, float *memory) {
    for (int n = 0; n < step->samples; n++)
        for (int c = 0; c < step->channels; c++) {
            const float *plane = memory + step->source.start + n * step->source.sample
                + c * step->source.channel;
            float *result = memory + step->result.start + n * step->result.sample
                + c * step->result.channel;
            for (int y = 0; y < step->rows; y++)
                for (int x = 0; x < step->columns; x++)
                    result[y * step->result.row + x] =
                        window_maximum(step, plane, y * step->stride, x * step->stride);
        }
}

INLINE void elementwise_row(
    const inference_step *step, const float *source, const float *other, float *result
) {
    const wide least = wide_of(step->has_relu ? 0 : -__builtin_inff());
    const int whole = step->width / WIDE_LANES * WIDE_LANES, rest = step->width - whole;
    // NaN stays NaN: the maximum gives its second operand then.
    for (int x = 0; x < whole; x += WIDE_LANES) {
        wide sum = wide_load(source + x);
        if (step->has_other) sum += wide_load(other + x);
        wide_store(result + x, wide_maximum(least, sum));
    }
    if (rest > 0) {
        wide sum = wide_load_first(source + whole, rest);
        if (step->has_other) sum += wide_load_first(other + whole, rest);
        wide_store_first(result + whole, wide_maximum(least, sum), rest);
    }
}

static void elementwise(const inference_step *step, float *memory) {
    for (int n = 0; n < step->samples; n++)
        for (int c = 0; c < step->channels; c++)
            for (int y = 0; y < step->height; y++)
                elementwise_row(
                    step,
                    memory + step->source.start + n * step->source.sample
                        + c * step->source.channel + y * step->source.row,
                    memory + step->other.start + n * step->other.sample + c * step->other.channel
                        + y * step->other.row,
                    memory + step->result.start + n * step->result.sample
                        + c * step->result.channel + y * step->result.row);
}
