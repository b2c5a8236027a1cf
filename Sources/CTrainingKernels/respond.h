// Local response normalization across channels, and its derivative. Included once per variant.
//
// One pixel at a time. Its channels go to rows of whole vectors in 32 bits, with zeros behind the last
// channel, and what is added up over neighbours to rows with zeros on both sides.

typedef struct {
    training_response sizes;
    response_rows rows;
    float *source, *gradient, *power, *result;
    // With zeros on both sides: x², and dy · x · s^-β / s.
    float *squares, *quotients;
} response_memory;

static response_memory response_memory_of(training_response sizes, void *scratch, size_t chunk) {
    const response_rows rows = response_rows_of(sizes);
    float *row = (float *)scratch + chunk * rows.numbers;
    for (size_t index = 0; index < rows.numbers; index++) row[index] = 0;
    float *squares = row + 4 * rows.width + rows.reach;
    return (response_memory){
        sizes, rows, row, row + rows.width, row + 2 * rows.width, row + 3 * rows.width, squares,
        squares + rows.width + 2 * rows.reach};
}

INLINE void widen(const void *from, size_t start, size_t channels, bool is_bfloat16, float *row) {
    size_t channel = 0;
    for (; channel + LANES <= channels; channel += LANES)
        store(row, channel, load(from, start + channel, is_bfloat16), false);
    for (; channel < channels; channel++) row[channel] = load_one(from, start + channel, is_bfloat16);
}

INLINE void narrow(const float *row, void *to, size_t start, size_t channels, bool is_bfloat16) {
    size_t channel = 0;
    for (; channel + LANES <= channels; channel += LANES)
        store(to, start + channel, load(row, channel, false), is_bfloat16);
    for (; channel < channels; channel++) store_one(to, start + channel, row[channel], is_bfloat16);
}

// What AlexNet has is two roots; anything else is rare.
INLINE floats negative_power(floats s, float beta) {
    if (beta == 0.75f) {
        floats root = __builtin_elementwise_sqrt(s);
        return 1 / (root * __builtin_elementwise_sqrt(root));
    }
    floats result;
    for (int lane = 0; lane < LANES; lane++) result[lane] = __builtin_powf(s[lane], -beta);
    return result;
}

INLINE floats sum_around(const float *row, size_t channel, size_t reach) {
    floats sum = load(row - reach, channel, false);
    for (size_t index = 1; index <= 2 * reach; index++)
        sum += load(row - reach, channel + index, false);
    return sum;
}

INLINE void square(const response_memory *memory) {
    for (size_t channel = 0; channel < memory->rows.width; channel += LANES) {
        floats x = load(memory->source, channel, false);
        store(memory->squares, channel, x * x, false);
    }
}

INLINE floats sum_of_squares(const response_memory *memory, size_t channel) {
    return memory->sizes.k
        + memory->sizes.alpha * sum_around(memory->squares, channel, memory->rows.reach);
}

INLINE void respond_at(
    const training_response_forward *step, const response_memory *memory, size_t pixel,
    bool is_bfloat16) {
    const size_t channels = memory->sizes.channels, start = pixel * channels;
    widen(step->source, start, channels, is_bfloat16, memory->source);
    square(memory);
    for (size_t channel = 0; channel < memory->rows.width; channel += LANES) {
        floats power = negative_power(sum_of_squares(memory, channel), memory->sizes.beta);
        store(memory->result, channel, load(memory->source, channel, false) * power, false);
    }
    narrow(memory->result, step->result, start, channels, is_bfloat16);
}

// dx = s^-β · dy − 2αβ · x · Σ dy · x · s^-β / s, the sum over the same neighbours.
INLINE void differentiate_response_at(
    const training_response_backward *step, const response_memory *memory, size_t pixel,
    bool is_bfloat16) {
    const size_t channels = memory->sizes.channels, start = pixel * channels;
    const float slope = 2 * memory->sizes.alpha * memory->sizes.beta;
    widen(step->source, start, channels, is_bfloat16, memory->source);
    widen(step->gradient, start, channels, is_bfloat16, memory->gradient);
    square(memory);
    for (size_t channel = 0; channel < memory->rows.width; channel += LANES) {
        floats s = sum_of_squares(memory, channel);
        floats power = negative_power(s, memory->sizes.beta);
        floats x = load(memory->source, channel, false), dy = load(memory->gradient, channel, false);
        store(memory->power, channel, power, false);
        store(memory->quotients, channel, dy * x * (power / s), false);
    }
    // No channel is there; of a power that is infinite not even 0 would be.
    for (size_t channel = channels; channel < memory->rows.width; channel++)
        memory->quotients[channel] = 0;
    for (size_t channel = 0; channel < memory->rows.width; channel += LANES) {
        floats x = load(memory->source, channel, false), dy = load(memory->gradient, channel, false);
        floats sum = sum_around(memory->quotients, channel, memory->rows.reach);
        floats dx = load(memory->power, channel, false) * dy - slope * x * sum;
        store(memory->result, channel, dx, false);
    }
    narrow(memory->result, step->by_source, start, channels, is_bfloat16);
}

INLINE size_t end_of_chunk(const response_memory *memory, size_t chunk) {
    size_t end = (chunk + 1) * memory->rows.pixels_per_chunk;
    return end < memory->sizes.pixels ? end : memory->sizes.pixels;
}

static void respond_to_chunk(size_t chunk, const void *opaque) {
    const training_response_forward *step = opaque;
    const response_memory memory = response_memory_of(step->sizes, step->scratch, chunk);
    size_t pixel = chunk * memory.rows.pixels_per_chunk, end = end_of_chunk(&memory, chunk);
    if (step->sizes.is_bfloat16)
        for (; pixel < end; pixel++) respond_at(step, &memory, pixel, true);
    else
        for (; pixel < end; pixel++) respond_at(step, &memory, pixel, false);
}

static void respond(const training_response_forward *step, training_parallel parallel) {
    parallel(respond_to_chunk, response_rows_of(step->sizes).chunks, step);
}

static void differentiate_response_of_chunk(size_t chunk, const void *opaque) {
    const training_response_backward *step = opaque;
    const response_memory memory = response_memory_of(step->sizes, step->scratch, chunk);
    size_t pixel = chunk * memory.rows.pixels_per_chunk, end = end_of_chunk(&memory, chunk);
    if (step->sizes.is_bfloat16)
        for (; pixel < end; pixel++) differentiate_response_at(step, &memory, pixel, true);
    else
        for (; pixel < end; pixel++) differentiate_response_at(step, &memory, pixel, false);
}

static void differentiate_response(
    const training_response_backward *step, training_parallel parallel) {
    parallel(differentiate_response_of_chunk, response_rows_of(step->sizes).chunks, step);
}
