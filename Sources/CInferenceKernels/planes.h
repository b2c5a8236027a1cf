// What is left to do on planes: pooling that follows no convolution, ReLU, sums and copies.

/// The maximum of one window, which may reach over the edge.
INLINE float window_maximum(const inference_step *step, const float *plane, int y, int x) {
    const int end_y = smaller(y + step->geometry.window.size.rows, step->geometry.height);
    const int end_x = smaller(x + step->geometry.window.size.rows, step->geometry.width);
    float maximum = step->epilogue.function == inference_relu ? 0 : -__builtin_inff();
    for (int row = y; row < end_y; row++)
        for (int column = x; column < end_x; column++) {
            const float value = plane[row * step->source.row + column];
            maximum = maximum > value ? maximum : value;
        }
    return maximum;
}

static void max_pooling(const inference_step *step, float *memory) {
    const int stride = step->geometry.window.stride.rows;
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

/// What is done with a second operand, where there is one.
typedef enum { sum_of_two, product_of_two } combination;

INLINE wide wide_combine(wide a, wide b, combination combination) {
    return combination == sum_of_two ? a + b : a * b;
}

INLINE void combine_row(
    const inference_step *step, const float *source, const float *other, float *result,
    combination combination
) {
    const bool is_cut = step->epilogue.function == inference_relu;
    const wide least = wide_of(is_cut ? 0 : -__builtin_inff());
    const int width = step->geometry.width;
    const int whole = width / WIDE_LANES * WIDE_LANES, rest = width - whole;
    // NaN stays NaN: the maximum gives its second operand then.
    for (int x = 0; x < whole; x += WIDE_LANES) {
        wide y = wide_load(source + x);
        if (step->epilogue.has_other) y = wide_combine(y, wide_load(other + x), combination);
        wide_store(result + x, wide_maximum(least, y));
    }
    if (rest > 0) {
        wide y = wide_load_first(source + whole, rest);
        if (step->epilogue.has_other)
            y = wide_combine(y, wide_load_first(other + whole, rest), combination);
        wide_store_first(result + whole, wide_maximum(least, y), rest);
    }
    if (!is_cut) activate(&step->epilogue, result, width);
}

INLINE void combine(const inference_step *step, float *memory, combination combination) {
    for (int n = 0; n < step->geometry.samples; n++)
        for (int c = 0; c < step->geometry.channels; c++)
            for (int y = 0; y < step->geometry.height; y++)
                combine_row(
                    step,
                    channel_at(memory, &step->source, n, c) + y * step->source.row,
                    channel_at(memory, &step->other, n, c) + y * step->other.row,
                    channel_at(memory, &step->result, n, c) + y * step->result.row, combination);
}

static void elementwise(const inference_step *step, float *memory) {
    combine(step, memory, sum_of_two);
}

static void product(const inference_step *step, float *memory) {
    combine(step, memory, product_of_two);
}
