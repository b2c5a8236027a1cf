// The derivatives of batch normalization, with the batch's statistics or given ones. Included once per
// variant.

typedef struct {
    const training_normalization_backward *step;
    rows rows;
    double *sums;
    float *factors;
} backward_context;

INLINE floats gradient_at(
    const training_normalization_backward *step, size_t index, bool is_bfloat16, bool is_cut) {
    floats dy = load(step->gradient, index, is_bfloat16);
    return is_cut ? selected(dy, step->selection, index) : dy;
}

// For each column of a chunk: Σ dy, Σ dy·d and Σ d, where d is the difference to the mean. The last
// is 0 but for what the mean lost when it became a float.
INLINE void add_up(
    const backward_context *context, size_t chunk, bool is_bfloat16, bool is_cut) {
    const training_normalization_backward *step = context->step;
    const rows rows = context->rows;
    double *sums = context->sums + chunk * SUMS * rows.width;
    size_t first = chunk * rows.per_chunk, end = first + rows.per_chunk;
    if (end > rows.count) end = rows.count;
    for (size_t index = 0; index < SUMS * rows.width; index++) sums[index] = 0;
    for (size_t row = first; row < end; row += BLOCK) {
        size_t count = end - row < BLOCK ? end - row : BLOCK;
        for (size_t column = 0; column < rows.width; column += LANES) {
            floats mean = load(context->factors, column, false);
            floats by_bias = {0}, by_weight = {0}, differences = {0};
            for (size_t step_row = 0; step_row < count; step_row++) {
                size_t index = (row + step_row) * rows.width + column;
                floats dy = gradient_at(step, index, is_bfloat16, is_cut);
                floats difference = load(step->source, index, is_bfloat16) - mean;
                by_bias += dy;
                by_weight += dy * difference;
                differences += difference;
            }
            *(doubles_anywhere *)(sums + column) += widened(by_bias);
            *(doubles_anywhere *)(sums + rows.width + column) += widened(by_weight);
            *(doubles_anywhere *)(sums + 2 * rows.width + column) += widened(differences);
        }
    }
}

static void add_up_chunk(size_t chunk, const void *opaque) {
    const backward_context *context = opaque;
    const training_normalization sizes = context->step->sizes;
    if (sizes.is_bfloat16 && sizes.is_cut) add_up(context, chunk, true, true);
    else if (sizes.is_bfloat16) add_up(context, chunk, true, false);
    else if (sizes.is_cut) add_up(context, chunk, false, true);
    else add_up(context, chunk, false, false);
}

INLINE float gradient_of_one(const training_normalization_backward *step, size_t index) {
    bool is_cut = step->sizes.is_cut && !step->selection[index];
    return is_cut ? 0 : load_one(step->gradient, index, step->sizes.is_bfloat16);
}

// Joins the sums of all chunks, of the columns of one channel and of the rest of the pixels; then
// dx = scale · dy + slope · d + shift.
static void join_sums(const backward_context *context) {
    const training_normalization_backward *step = context->step;
    const rows rows = context->rows;
    const size_t channels = step->sizes.channels, width = rows.width;
    double *sums = context->sums;
    for (size_t chunk = 1; chunk < rows.chunks; chunk++)
        for (size_t index = 0; index < SUMS * width; index++)
            sums[index] += sums[chunk * SUMS * width + index];
    float *scales = context->factors + width, *slopes = scales + width, *shifts = slopes + width;
    for (size_t channel = 0; channel < channels; channel++) {
        double by_bias = 0, by_weight = 0, differences = 0;
        for (size_t column = channel; column < width && rows.chunks > 0; column += channels) {
            by_bias += sums[column];
            by_weight += sums[width + column];
            differences += sums[2 * width + column];
        }
        for (size_t pixel = step->sizes.pixels - rows.rest; pixel < step->sizes.pixels; pixel++) {
            size_t index = pixel * channels + channel;
            double dy = gradient_of_one(step, index);
            double difference = (double)load_one(step->source, index, step->sizes.is_bfloat16)
                - step->mean[channel];
            by_bias += dy;
            by_weight += dy * difference;
            differences += difference;
        }
        // Given statistics are moved by no element, as those of infinitely many would be.
        double count = step->sizes.is_given ? __builtin_inf() : (double)step->sizes.pixels;
        double offset = differences / count;
        double variance = (double)step->variance[channel] + step->sizes.epsilon;
        by_weight = (by_weight - offset * by_bias) / __builtin_sqrt(variance);
        step->by_bias[channel] = (float)by_bias;
        step->by_weight[channel] = (float)by_weight;
        double scale = step->weight[channel] / __builtin_sqrt(variance);
        double slope = -scale * by_weight / (__builtin_sqrt(variance) * count);
        double shift = -scale * by_bias / count - slope * offset;
        for (size_t column = channel; column < width; column += channels) {
            scales[column] = (float)scale;
            slopes[column] = (float)slope;
            shifts[column] = (float)shift;
        }
    }
}

INLINE void write(const backward_context *context, size_t chunk, bool is_bfloat16, bool is_cut) {
    const training_normalization_backward *step = context->step;
    const rows rows = context->rows;
    const float *means = context->factors, *scales = means + rows.width;
    const float *slopes = scales + rows.width, *shifts = slopes + rows.width;
    size_t end = (chunk + 1) * rows.per_chunk;
    if (end > rows.count) end = rows.count;
    for (size_t row = chunk * rows.per_chunk; row < end; row++) {
        for (size_t column = 0; column < rows.width; column += LANES) {
            size_t index = row * rows.width + column;
            floats dy = gradient_at(step, index, is_bfloat16, is_cut);
            floats difference =
                load(step->source, index, is_bfloat16) - load(means, column, false);
            floats dx = dy * load(scales, column, false)
                + difference * load(slopes, column, false) + load(shifts, column, false);
            store(step->by_source, index, dx, is_bfloat16);
        }
    }
}

static void write_chunk(size_t chunk, const void *opaque) {
    const backward_context *context = opaque;
    const training_normalization sizes = context->step->sizes;
    if (sizes.is_bfloat16 && sizes.is_cut) write(context, chunk, true, true);
    else if (sizes.is_bfloat16) write(context, chunk, true, false);
    else if (sizes.is_cut) write(context, chunk, false, true);
    else write(context, chunk, false, false);
}

static void write_rest(const backward_context *context) {
    const training_normalization_backward *step = context->step;
    const rows rows = context->rows;
    const float *means = context->factors, *scales = means + rows.width;
    const float *slopes = scales + rows.width, *shifts = slopes + rows.width;
    for (size_t rest = 0; rest < rows.rest * step->sizes.channels; rest++) {
        size_t index = rows.count * rows.width + rest;
        float difference =
            load_one(step->source, index, step->sizes.is_bfloat16) - means[rest];
        float dx = gradient_of_one(step, index) * scales[rest] + difference * slopes[rest]
            + shifts[rest];
        store_one(step->by_source, index, dx, step->sizes.is_bfloat16);
    }
}

static void differentiate(
    const training_normalization_backward *step, training_parallel parallel) {
    backward_context context = {
        .step = step,
        .rows = rows_of(step->sizes.pixels, step->sizes.channels),
        .sums = step->scratch,
    };
    context.factors = (float *)(context.sums + scratch_sums(context.rows));
    for (size_t column = 0; column < context.rows.width; column++)
        context.factors[column] = step->mean[column % step->sizes.channels];
    parallel(add_up_chunk, context.rows.chunks, &context);
    join_sums(&context);
    parallel(write_chunk, context.rows.chunks, &context);
    write_rest(&context);
}
