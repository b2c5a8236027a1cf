// Batch normalization with the batch's statistics. Included once per variant.

typedef struct {
    const training_normalization_forward *step;
    rows rows;
    double *sums;
    float *factors;
} forward_context;

// A block of a column: so many numbers, a vector of columns each, a row apart.
typedef struct {
    const void *source;
    size_t start, distance, count;
    bool is_bfloat16;
} column_block;

INLINE floats row_of(const column_block *block, size_t row) {
    return load(block->source, block->start + row * block->distance, block->is_bfloat16);
}

INLINE floats mean_of(const column_block *block) {
    floats sum = {0};
    for (size_t row = 0; row < block->count; row++) sum += row_of(block, row);
    return sum / (float)block->count;
}

// Joins a block with mean and sum of squared differences of the `done` numbers before it.
//
// Differences are taken to the mean of what came before (the first block's to its own), which is
// never further away than the spread that the result has: Chan, Golub, LeVeque, *Algorithms for
// Computing the Sample Variance*, 1983, whose formula joins the blocks.
INLINE void join_block(
    const column_block *block, size_t done, doubles_anywhere *mean, doubles_anywhere *square) {
    const double count = (double)block->count;
    const floats pivot =
        done > 0 ? __builtin_convertvector((doubles)*mean, floats) : mean_of(block);
    floats sum = {0}, sum_of_squares = {0};
    for (size_t row = 0; row < block->count; row++) {
        floats difference = row_of(block, row) - pivot;
        sum += difference;
        sum_of_squares += difference * difference;
    }
    doubles offset = widened(sum) / count;
    doubles block_mean = widened(pivot) + offset;
    doubles block_square = widened(sum_of_squares) - offset * offset * count;
    if (done == 0) {
        *mean = block_mean;
        *square = block_square;
        return;
    }
    double share = count / (double)(done + block->count);
    doubles distance = block_mean - *mean;
    *square += block_square + distance * distance * ((double)done * share);
    *mean += distance * share;
}

// Mean and sum of squared differences of each column of a chunk, block by block.
INLINE void measure(const forward_context *context, size_t chunk, bool is_bfloat16) {
    const rows rows = context->rows;
    double *means = context->sums + chunk * SUMS * rows.width;
    double *squares = means + rows.width;
    size_t first = chunk * rows.per_chunk, end = first + rows.per_chunk;
    if (end > rows.count) end = rows.count;
    for (size_t row = first; row < end; row += BLOCK)
        for (size_t column = 0; column < rows.width; column += LANES) {
            const column_block block = {
                .source = context->step->source,
                .start = row * rows.width + column,
                .distance = rows.width,
                .count = end - row < BLOCK ? end - row : BLOCK,
                .is_bfloat16 = is_bfloat16,
            };
            join_block(
                &block, row - first, (doubles_anywhere *)(means + column),
                (doubles_anywhere *)(squares + column));
        }
}

static void measure_chunk(size_t chunk, const void *opaque) {
    const forward_context *context = opaque;
    if (context->step->sizes.is_bfloat16) measure(context, chunk, true);
    else measure(context, chunk, false);
}

// Joins the columns of all chunks, in those of the first.
static void join_chunks(const forward_context *context) {
    const rows rows = context->rows;
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
}

// Mean, and sum of squared differences, of so many numbers.
typedef struct {
    double mean, square, done;
} moments;

// Joins the columns of one channel, then the rest of the pixels.
static moments moments_of_channel(const forward_context *context, size_t channel) {
    const training_normalization sizes = context->step->sizes;
    const rows rows = context->rows;
    const double *means = context->sums, *squares = means + rows.width;
    double mean = 0, square = 0, done = 0;
    for (size_t column = channel; column < rows.width && rows.count > 0; column += sizes.channels) {
        double count = (double)rows.count, distance = means[column] - mean;
        square += squares[column] + distance * distance * done * count / (done + count);
        mean += distance * count / (done + count);
        done += count;
    }
    for (size_t pixel = sizes.pixels - rows.rest; pixel < sizes.pixels; pixel++) {
        size_t index = pixel * sizes.channels + channel;
        double distance = load_one(context->step->source, index, sizes.is_bfloat16) - mean;
        square += distance * distance * done / (done + 1);
        mean += distance / (done + 1);
        done += 1;
    }
    return (moments){mean, square, done};
}

// Mean and variance of each channel, and what its columns are scaled by.
static void join_moments(const forward_context *context) {
    const training_normalization_forward *step = context->step;
    const rows rows = context->rows;
    const size_t channels = step->sizes.channels;
    join_chunks(context);
    float *pivots = context->factors, *scales = pivots + rows.width, *shifts = scales + rows.width;
    for (size_t channel = 0; channel < channels; channel++) {
        const moments all = moments_of_channel(context, channel);
        double variance = all.square > 0 || all.square != all.square ? all.square / all.done : 0;
        double scale = step->weight[channel] / __builtin_sqrt(variance + step->sizes.epsilon);
        float pivot = (float)all.mean;
        step->mean[channel] = pivot;
        step->variance[channel] = (float)variance;
        // What is lost of the mean as it becomes a float is made up for by the shift.
        float shift = (float)(step->bias[channel] + (pivot - all.mean) * scale);
        for (size_t column = channel; column < rows.width; column += channels) {
            pivots[column] = pivot;
            scales[column] = (float)scale;
            shifts[column] = shift;
        }
    }
}

INLINE void scale(const forward_context *context, size_t chunk, bool is_bfloat16, bool is_cut) {
    const training_normalization_forward *step = context->step;
    const rows rows = context->rows;
    const float *pivots = context->factors;
    const float *scales = pivots + rows.width, *shifts = scales + rows.width;
    const floats minimum = (floats){0} + step->sizes.minimum;
    const floats maximum = (floats){0} + step->sizes.maximum;
    size_t end = (chunk + 1) * rows.per_chunk;
    if (end > rows.count) end = rows.count;
    for (size_t row = chunk * rows.per_chunk; row < end; row++) {
        for (size_t column = 0; column < rows.width; column += LANES) {
            size_t index = row * rows.width + column;
            floats y = (load(step->source, index, is_bfloat16) - load(pivots, column, false))
                    * load(scales, column, false) + load(shifts, column, false);
            if (is_cut) {
                y = chosen(y < minimum, minimum, chosen(y > maximum, maximum, y));
                *(bytes_anywhere *)(step->selection + index) =
                    -__builtin_convertvector((integers)(y > minimum) & (y < maximum), bytes);
            }
            store(step->result, index, y, is_bfloat16);
        }
    }
}

static void scale_chunk(size_t chunk, const void *opaque) {
    const forward_context *context = opaque;
    const training_normalization sizes = context->step->sizes;
    if (sizes.is_bfloat16 && sizes.is_cut) scale(context, chunk, true, true);
    else if (sizes.is_bfloat16) scale(context, chunk, true, false);
    else if (sizes.is_cut) scale(context, chunk, false, true);
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
        if (sizes.is_cut) {
            y = y < sizes.minimum ? sizes.minimum : y > sizes.maximum ? sizes.maximum : y;
            step->selection[index] = y > sizes.minimum && y < sizes.maximum;
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
