// Pooling of blocks of 16 channels. A pixel of a block is one vector, so nothing here asks how wide an
// image is.

/// The larger of two in every lane; of `y` where one is not a number.
INLINE void pixel_raise(pixel *x, const float *address) {
    const pixel y = PIXEL(address);
    wide *parts = (wide *)x;
    const wide *others = (const wide *)&y;
    UNROLL for (int i = 0; i < BLOCK / WIDE_LANES; i++)
        parts[i] = wide_maximum(parts[i], others[i]);
}

/// The part of an image, or of the image and its padding, that a window covers.
typedef struct {
    int first_row, end_row, first_column, end_column;
} covered_part;

/// What the window of one result covers of `rows` by `columns` whose first are `first` and `left`.
INLINE covered_part part_of_window(
    const inference_window *window, int y, int x, inference_extent first, inference_extent end
) {
    const int top = y * window->stride.rows - window->padding.rows;
    const int left = x * window->stride.columns - window->padding.columns;
    return (covered_part){
        .first_row = larger(first.rows, top),
        .end_row = smaller(end.rows, top + window->size.rows),
        .first_column = larger(first.columns, left),
        .end_column = smaller(end.columns, left + window->size.columns),
    };
}

INLINE covered_part part_of_image(const inference_geometry *geometry, int y, int x) {
    const inference_extent first = {0, 0}, end = {geometry->height, geometry->width};
    return part_of_window(&geometry->window, y, x, first, end);
}

static void max_pooling_of_blocks(const inference_step *step, float *memory) {
    const inference_geometry *geometry = &step->geometry;
    const float least = step->epilogue.function == inference_relu ? 0 : -__builtin_inff();
    for (int n = 0; n < geometry->samples; n++)
        for (int b = 0; b < block_count(geometry->channels); b++) {
            const float *source = channel_at(memory, &step->source, n, b);
            float *result = channel_at(memory, &step->result, n, b);
            for (int y = 0; y < geometry->rows; y++, result += step->result.row) {
                for (int x = 0; x < geometry->columns; x++) {
                    const covered_part part = part_of_image(geometry, y, x);
                    pixel top = least - (pixel){0};
                    for (int row = part.first_row; row < part.end_row; row++)
                        for (int column = part.first_column; column < part.end_column; column++)
                            pixel_raise(&top, source + row * step->source.row + column * BLOCK);
                    PIXEL_RESULT(result + x * BLOCK) = top;
                }
                if (step->epilogue.function > inference_relu)
                    activate(&step->epilogue, result, geometry->columns * BLOCK);
            }
        }
}

/// How many elements the mean of a window is over.
INLINE float window_area(const inference_step *step, int y, int x) {
    const inference_geometry *geometry = &step->geometry;
    covered_part part = part_of_image(geometry, y, x);
    if (step->pooling.counts_padding) {
        const inference_extent before = geometry->window.padding;
        const inference_extent behind = step->pooling.padding_behind;
        const inference_extent first = {-before.rows, -before.columns};
        const inference_extent end = {
            geometry->height + behind.rows, geometry->width + behind.columns};
        part = part_of_window(&geometry->window, y, x, first, end);
    }
    return (float)(part.end_row - part.first_row) * (float)(part.end_column - part.first_column);
}

static void average_pooling_of_blocks(const inference_step *step, float *memory) {
    const inference_geometry *geometry = &step->geometry;
    for (int n = 0; n < geometry->samples; n++)
        for (int b = 0; b < block_count(geometry->channels); b++) {
            const float *source = channel_at(memory, &step->source, n, b);
            float *result = channel_at(memory, &step->result, n, b);
            for (int y = 0; y < geometry->rows; y++)
                for (int x = 0; x < geometry->columns; x++) {
                    const covered_part part = part_of_image(geometry, y, x);
                    pixel sum = {0};
                    for (int row = part.first_row; row < part.end_row; row++)
                        for (int column = part.first_column; column < part.end_column; column++)
                            sum += PIXEL(source + row * step->source.row + column * BLOCK);
                    PIXEL_RESULT(result + y * step->result.row + x * BLOCK) =
                        sum / window_area(step, y, x);
                }
        }
}

/// The mean of each channel, to features side by side or to a pixel of each block.
static void global_average_of_blocks(const inference_step *step, float *memory) {
    const int area = step->geometry.height * step->geometry.width;
    for (int n = 0; n < step->geometry.samples; n++)
        for (int b = 0; b < block_count(step->geometry.channels); b++) {
            const float *source = channel_at(memory, &step->source, n, b);
            float *result = sample_at(memory, &step->result, n) + b * BLOCK;
            pixel sum = {0};
            for (int i = 0; i < area; i++) sum += PIXEL(source + i * BLOCK);
            sum /= (float)area;
            const int lanes = smaller(BLOCK, step->geometry.result_channels - b * BLOCK);
            for (int lane = 0; lane < lanes; lane++) result[lane] = sum[lane];
        }
}
