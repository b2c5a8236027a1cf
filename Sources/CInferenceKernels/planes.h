// What is left to do on planes: pooling that follows no convolution, ReLU, sums and copies.

/// The maximum of one window, which may reach over the edge.
INLINE float window_maximum(const inference_step *step, const float *plane, int y, int x) {
    const int end_y = smaller(y + step->geometry.kernel_size, step->geometry.height);
    const int end_x = smaller(x + step->geometry.kernel_size, step->geometry.width);
    float maximum = step->epilogue.has_relu ? 0 : -__builtin_inff();
    for (int row = y; row < end_y; row++)
        for (int column = x; column < end_x; column++) {
            const float value = plane[row * step->source.row + column];
            maximum = maximum > value ? maximum : value;
        }
    return maximum;
}

static void max_pooling(const inference_step *step, float *memory) {
    const int stride = step->geometry.stride;
    for (int n = 0; n < step->geometry.samples; n++)
        for (int c = 0; c < step->geometry.channels; c++) {
            const float *plane = channel_at(memory, &step->source, n, c);
            float *result = channel_at(memory, &step->result, n, c);
            for (int y = 0; y < step->geometry.rows; y++)
                for (int x = 0; x < step->geometry.columns; x++)
                    result[y * step->result.row + x] =
                        window_maximum(step, plane, y * stride, x * stride);
        }
}

INLINE void elementwise_row(
    const inference_step *step, const float *source, const float *other, float *result
) {
    const wide least = wide_of(step->epilogue.has_relu ? 0 : -__builtin_inff());
    const int width = step->geometry.width;
    const int whole = width / WIDE_LANES * WIDE_LANES, rest = width - whole;
    // NaN stays NaN: the maximum gives its second operand then.
    for (int x = 0; x < whole; x += WIDE_LANES) {
        wide sum = wide_load(source + x);
        if (step->epilogue.has_other) sum += wide_load(other + x);
        wide_store(result + x, wide_maximum(least, sum));
    }
    if (rest > 0) {
        wide sum = wide_load_first(source + whole, rest);
        if (step->epilogue.has_other) sum += wide_load_first(other + whole, rest);
        wide_store_first(result + whole, wide_maximum(least, sum), rest);
    }
}

static void elementwise(const inference_step *step, float *memory) {
    for (int n = 0; n < step->geometry.samples; n++)
        for (int c = 0; c < step->geometry.channels; c++)
            for (int y = 0; y < step->geometry.height; y++)
                elementwise_row(
                    step,
                    channel_at(memory, &step->source, n, c) + y * step->source.row,
                    channel_at(memory, &step->other, n, c) + y * step->other.row,
                    channel_at(memory, &step->result, n, c) + y * step->result.row);
}
