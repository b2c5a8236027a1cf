// Products of images with a number per channel, and the derivative by it. Included once per variant.

INLINE void multiply_pixels(
    const training_product *step, size_t sample, size_t first, size_t end, bool is_bfloat16) {
    const size_t channels = step->sizes.channels, numbers = sample * channels;
    for (size_t pixel = first; pixel < end; pixel++) {
        const size_t start = (sample * step->sizes.pixels + pixel) * channels;
        size_t channel = 0;
        for (; channel + LANES <= channels; channel += LANES) {
            floats x = load(step->source, start + channel, is_bfloat16);
            floats factor = load(step->factor, numbers + channel, is_bfloat16);
            store(step->result, start + channel, x * factor, is_bfloat16);
        }
        for (; channel < channels; channel++) {
            float x = load_one(step->source, start + channel, is_bfloat16);
            float factor = load_one(step->factor, numbers + channel, is_bfloat16);
            store_one(step->result, start + channel, x * factor, is_bfloat16);
        }
    }
}

static size_t chunks_of_sample(training_images sizes) {
    return (sizes.pixels + LEAST_ROWS - 1) / LEAST_ROWS;
}

static void multiply_chunk(size_t index, const void *opaque) {
    const training_product *step = opaque;
    const size_t chunks = chunks_of_sample(step->sizes);
    size_t first = index % chunks * LEAST_ROWS, end = first + LEAST_ROWS;
    if (end > step->sizes.pixels) end = step->sizes.pixels;
    if (step->sizes.is_bfloat16) multiply_pixels(step, index / chunks, first, end, true);
    else multiply_pixels(step, index / chunks, first, end, false);
}

static void multiply(const training_product *step, training_parallel parallel) {
    parallel(multiply_chunk, step->sizes.samples * chunks_of_sample(step->sizes), step);
}

// Blocks of pixels in 32 bits, what comes of them in 64.
INLINE floats sum_of_channels(
    const training_product_backward *step, size_t start, bool is_bfloat16) {
    doubles sum = {0};
    for (size_t first = 0; first < step->sizes.pixels; first += BLOCK) {
        size_t end = first + BLOCK < step->sizes.pixels ? first + BLOCK : step->sizes.pixels;
        floats block = {0};
        for (size_t pixel = first; pixel < end; pixel++) {
            size_t index = start + pixel * step->sizes.channels;
            block += load(step->source, index, is_bfloat16)
                * load(step->gradient, index, is_bfloat16);
        }
        sum += widened(block);
    }
    return __builtin_convertvector(sum, floats);
}

INLINE float sum_of_channel(
    const training_product_backward *step, size_t start, bool is_bfloat16) {
    double sum = 0;
    for (size_t pixel = 0; pixel < step->sizes.pixels; pixel++) {
        size_t index = start + pixel * step->sizes.channels;
        sum += (double)load_one(step->source, index, is_bfloat16)
            * load_one(step->gradient, index, is_bfloat16);
    }
    return (float)sum;
}

INLINE void sum_sample(const training_product_backward *step, size_t sample, bool is_bfloat16) {
    const size_t channels = step->sizes.channels;
    const size_t start = sample * step->sizes.pixels * channels, numbers = sample * channels;
    size_t channel = 0;
    for (; channel + LANES <= channels; channel += LANES)
        store(
            step->by_factor, numbers + channel,
            sum_of_channels(step, start + channel, is_bfloat16), is_bfloat16);
    for (; channel < channels; channel++)
        store_one(
            step->by_factor, numbers + channel, sum_of_channel(step, start + channel, is_bfloat16),
            is_bfloat16);
}

static void sum_one_sample(size_t sample, const void *opaque) {
    const training_product_backward *step = opaque;
    if (step->sizes.is_bfloat16) sum_sample(step, sample, true);
    else sum_sample(step, sample, false);
}

static void sum_products(const training_product_backward *step, training_parallel parallel) {
    parallel(sum_one_sample, step->sizes.samples, step);
}
