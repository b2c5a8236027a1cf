// Fully connected layers: products with a vector of features, each sum along the features.
//
// At one sample all time goes into reading weights, so they lie in the order of reading, and a group
// of outputs shares each vector of features. Features are one row, or all rows of planes in frames.
//
// In bfloat16 features are rounded first, and a pair of them is what one is otherwise.

/// Most outputs in a group.
#define LINEAR_GROUP 8

INLINE void wide_multiply_add(wide *sum, const wide *x, const float *weights, int in_bfloat16) {
    if (in_bfloat16) wide_add_products(sum, x, weights);
    else *sum += *x * wide_load(weights);
}

/// Adds the products with one row of features, and goes on to the weights of the next.
INLINE void linear_row(
    const inference_step *step, const float *features, const float **weights,
    wide sums[LINEAR_GROUP], int outputs, int in_bfloat16
) {
    const int whole = step->geometry.width / WIDE_LANES, rest = step->geometry.width % WIDE_LANES;
    for (int i = 0; i < whole; i++) {
        const wide x = wide_load(features + i * WIDE_LANES);
        UNROLL for (int o = 0; o < outputs; o++)
            wide_multiply_add(&sums[o], &x, *weights + o * WIDE_LANES, in_bfloat16);
        *weights += outputs * WIDE_LANES;
    }
    if (rest == 0) return;
    const wide x = wide_load_first(features + whole * WIDE_LANES, rest);
    UNROLL for (int o = 0; o < outputs; o++)
        wide_multiply_add(&sums[o], &x, *weights + o * WIDE_LANES, in_bfloat16);
    *weights += outputs * WIDE_LANES;
}

/// Outputs that are computed together.
typedef struct {
    const float *features;
    const float *weights;
    const float *biases;
    float *result;
} linear_block;

/// `outputs` and `in_bfloat16` are constants wherever this is called.
INLINE void linear_block_run(
    const inference_step *step, const linear_block *block, int outputs, int in_bfloat16
) {
    const float *features = block->features, *weights = block->weights, *biases = block->biases;
    float *result = block->result;
    wide sums[LINEAR_GROUP];
    UNROLL for (int o = 0; o < outputs; o++) sums[o] = wide_of(0);
    for (int c = 0; c < step->geometry.channels; c++)
        for (int y = 0; y < step->geometry.height; y++)
            linear_row(
                step, features + c * step->source.channel + y * step->source.row, &weights, sums,
                outputs, in_bfloat16);
    UNROLL for (int o = 0; o < outputs; o++) {
        result[o] = wide_sum(sums[o]) + biases[o];
    }
}

#define LINEAR_BLOCK(outputs) \
    case outputs: \
        if (step->linear.in_bfloat16) linear_block_run(step, &block, outputs, true); \
        else linear_block_run(step, &block, outputs, false); \
        return;

// Its arguments are the fields of a block, which would not fit registers as one.
static void linear_block_dispatch(
    const inference_step *step, const float *features, const float *weights, const float *biases,
    float *result, int outputs
) {
    const linear_block block = {features, weights, biases, result};
    switch (outputs) {
        LINEAR_BLOCK(1)
        LINEAR_BLOCK(2)
        LINEAR_BLOCK(3)
        LINEAR_BLOCK(4)
        LINEAR_BLOCK(5)
        LINEAR_BLOCK(6)
        LINEAR_BLOCK(7)
        LINEAR_BLOCK(8)
    default: __builtin_unreachable();
    }
}

static int32_t linear_group(int32_t result_channels) {
    int groups = (result_channels + LINEAR_GROUP - 1) / LINEAR_GROUP;
    return (result_channels + groups - 1) / groups;
}

/// Words of scratch memory that features in bfloat16 need, or floats, which is the same.
static int64_t linear_scratch(int32_t features) {
    return (int64_t)block_count(features) * BLOCK_PAIRS;
}

static void linear(const inference_step *step, float *memory) {
    const inference_geometry *geometry = &step->geometry;
    const bool in_bfloat16 = step->linear.in_bfloat16;
    inference_step pairs = *step;
    if (in_bfloat16) pairs.geometry.width = (geometry->width + 1) / 2;
    const int row = (pairs.geometry.width + WIDE_LANES - 1) / WIDE_LANES * WIDE_LANES;
    const ptrdiff_t filled = (ptrdiff_t)geometry->channels * geometry->height * row;
    for (int n = 0; n < geometry->samples; n++) {
        const float *features = sample_at(memory, &step->source, n);
        if (in_bfloat16) {
            round_floats(memory + step->scratch, features, geometry->width);
            features = memory + step->scratch;
        }
        float *result = sample_at(memory, &step->result, n);
        for (int o = 0; o < geometry->result_channels; o += step->linear.group) {
            const int outputs = smaller(step->linear.group, geometry->result_channels - o);
            linear_block_dispatch(
                &pairs, features, step->weights + o * filled, step->biases + o, result + o,
                outputs);
        }
        activate(&step->epilogue, result, geometry->result_channels);
    }
}

/// Nothing but products and sums; `sink` keeps them from being left out.
static int64_t multiply_adds(int64_t rounds, float *sink) {
    enum { chains = 12 };
    wide sums[chains];
    const wide factor = wide_of(*sink), summand = wide_of(*sink + 1);
    UNROLL for (int i = 0; i < chains; i++) sums[i] = wide_of((float)i);
    for (int64_t round = 0; round < rounds; round++)
        UNROLL for (int i = 0; i < chains; i++) sums[i] = sums[i] * factor + summand;
    UNROLL for (int i = 1; i < chains; i++) sums[0] += sums[i];
    *sink = wide_sum(sums[0]) * 0;
    return rounds * chains * WIDE_LANES * 2;
}
