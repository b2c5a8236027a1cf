// Batch normalization with the batch's statistics. Included once per variant.

typedef struct {
    const training_normalization_forward *step;
    rows rows;
    double *sums;
    float *factors;
} forward_context;

// Mean and sum of squared differences of each column of a chunk, block by block.
//
// Differences are taken to the mean of what came before (the first block's to its own), which is
// never further away than the spread that the result has: Chan, Golub, LeVeque, *Algorithms for
// Computing the Sample Variance*, 1983, whose formula joins the blocks.
INLINE void measure(const forward_context *context, size_t chunk, bool is_bfloat16) {
    const rows rows = context->rows;
    const void *source = context->step->source;
    double *means = context->sums + chunk * SUMS * rows.width;
    double *squares = means + rows.width;
    size_t first = chunk * rows.per_chunk, end = first + rows.per_chunk;
    if (end > rows.count) end = rows.count;
    for (size_t row = first; row < end; row += BLOCK) {
        size_t done = row - first, count = end - row < BLOCK ? end - row : BLOCK;
        double share = (double)count / (double)(done + count);
        for (size_t column = 0; column < rows.width; column += LANES) {
            doubles_anywhere *mean = (doubles_anywhere *)(means + column);
            doubles_anywhere *square = (doubles_anywhere *)(squares + column);
            size_t start = row * rows.width + column;
            floats pivot = {0};
            if (done > 0) {
                pivot = __builtin_convertvector((doubles)*mean, floats);
            } else {
                for (size_t index = 0; index < count; index++)
                    pivot += load(source, start + index * rows.width, is_bfloat16);
                pivot /= (float)count;
            }
            floats sum = {0}, sum_of_squares = {0};
            for (size_t index = 0; index < count; index++) {
                floats difference =
                    load(source, start + index * rows.width, is_bfloat16) - pivot;
                sum += difference;
                sum_of_squares += difference * difference;
            }
            doubles offset = widened(sum) / (double)count;
            doubles block_mean = widened(pivot) + offset;
            doubles block_square = widened(sum_of_squares) - offset * offset * (double)count;
            if (done > 0) {
                doubles distance = block_mean - *mean;
                *square += block_square + distance * distance * ((double)done * share);
                *mean += distance * share;
            } else {
                *mean = block_mean;
                *square = block_square;
            }
        }
    }
}

static void measure_chunk(size_t chunk, const void *opaque) {
    const forward_context *context = opaque;
    if (context->step->sizes.is_bfloat16) measure(context, chunk, true);
    else measure(context, chunk, false);
}

// Joins the columns of all chunks, then those of one channel, then the rest of the pixels.
static void join_moments(const forward_context *context) {
    const training_normalization_forward *step = context->step;
    const rows rows = context->rows;
    const size_t channels = step->sizes.channels;
    double *means = context->sums, *squares = means + rows.width;
    for (size_t chunk = 1; chunk < rows.chunks; chunk++) {
        const double *other = means + chunk * SUMS * rows.width;
        double done = (double)(chunk * rows.per_chunk);
        size_t left = rows.count - chunk * rows.per_chunk;
        double count = (double)(left < rows.per_chunk ? left : rows.per_chunk);
        double share = count / (done + count);
        for (size_t column = 0; column < rows.width; column++) {
            double distance = other[column] - means[column];
            squares[column] += other[rows.width + column] + distance * distance * done * share;
            means[column] += distance * share;
        }
    }
    float *pivots = context->factors, *scales = pivots + rows.width, *shifts = scales + rows.width;
    for (size_t channel = 0; channel < channels; channel++) {
        double mean = 0, square = 0, done = 0;
        for (size_t column = channel; column < rows.width && rows.count > 0; column += channels) {
            double count = (double)rows.count, distance = means[column] - mean;
            square += squares[column] + distance * distance * done * count / (done + count);
            mean += distance * count / (done + count);
            done += count;
        }
        for (size_t pixel = step->sizes.pixels - rows.rest; pixel < step->sizes.pixels; pixel++) {
            size_t index = pixel * channels + channel;
            double distance = load_one(step->source, index, step->sizes.is_bfloat16) - mean;
            square += distance * distance * done / (done + 1);
            mean += distance / (done + 1);
            done += 1;
        }
        double variance = square > 0 || square != square ? square / done : 0;
        double scale = step->weight[channel] / __builtin_sqrt(variance + step->sizes.epsilon);
        float pivot = (float)mean;
        step->mean[channel] = pivot;
        step->variance[channel] = (float)variance;
        // What is lost of the mean as it becomes a float is made up for by the shift.
        float shift = (float)(step->bias[channel] + (pivot - mean) * scale);
        for (size_t column = channel; column < rows.width; column += channels) {
            pivots[column] = pivot;
            scales[column] = (float)scale;
            shifts[column] = shift;
        }
    }
}

INLINE void scale(const forward_context *context, size_t chunk, bool is_bfloat16, bool has_relu) {
    const training_normalization_forward *step = context->step;
    const rows rows = context->rows;
    const float *pivots = context->factors;
    const float *scales = pivots + rows.width, *shifts = scales + rows.width;
    size_t end = (chunk + 1) * rows.per_chunk;
    if (end > rows.count) end = rows.count;
    for (size_t row = chunk * rows.per_chunk; row < end; row++) {
        for (size_t column = 0; column < rows.width; column += LANES) {
            size_t index = row * rows.width + column;
            floats y = (load(step->source, index, is_bfloat16) - load(pivots, column, false))
                    * load(scales, column, false) + load(shifts, column, false);
            if (has_relu) {
                y = (floats)((integers)y & ~(integers)(y < 0));
                *(bytes_anywhere *)(step->selection + index) =
                    -__builtin_convertvector((integers)(y > 0), bytes);
            }
            store(step->result, index, y, is_bfloat16);
        }
    }
}

static void scale_chunk(size_t chunk, const void *opaque) {
    const forward_context *context = opaque;
    const training_normalization sizes = context->step->sizes;
    if (sizes.is_bfloat16 && sizes.has_relu) scale(context, chunk, true, true);
    else if (sizes.is_bfloat16) scale(context, chunk, true, false);
    else if (sizes.has_relu) scale(context, chunk, false, true);
    else scale(context, chunk, false, false);
}

static void scale_rest(const forward_context *context) {
    const training_normalization_forward *step = context->step;
    const training_normalization sizes = step->sizes;
    const rows rows = context->rows;
    const float *pivots = context->factors;
    const float *scales = pivots + rows.width, *shifts = scales + rows.width;
    for (size_t rest = 0; rest < rows.rest * sizes.channels; rest++) {
        size_t index = rows.count * rows.width + rest;
        float x = load_one(step->source, index, sizes.is_bfloat16);
        float y = (x - pivots[rest]) * scales[rest] + shifts[rest];
        if (sizes.has_relu) {
            y = y < 0 ? 0 : y;
            step->selection[index] = y > 0;
        }
        store_one(step->result, index, y, sizes.is_bfloat16);
    }
}

static void normalize(const training_normalization_forward *step, training_parallel parallel) {
    forward_context context = {
        .step = step,
        .rows = rows_of(step->sizes.pixels, step->sizes.channels),
        .sums = step->scratch,
    };
    context.factors = (float *)(context.sums + scratch_sums(context.rows));
    parallel(measure_chunk, context.rows.chunks, &context);
    join_moments(&context);
    parallel(scale_chunk, context.rows.chunks, &context);
    scale_rest(&context);
}
