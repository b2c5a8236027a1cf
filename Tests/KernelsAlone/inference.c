// Compares the convolutions and fully connected layers of every variant with plain loops, without
// Swift: for sanitizers, and for processors that a machine only emulates.

#include "depthwise.h"
#include "expected.h"
#include "functions.h"
#include "lines.h"

/// From planes in a frame to planes, along columns or along channels.
static void check_planes(const convolution *c, bool along_columns) {
    inference_step step = step_of(c);
    const int row = c->width + 2 * c->padding, taps = c->channels * c->size * c->size;
    step.source.row = row;
    step.source.channel = row * (c->height + 2 * c->padding);
    step.source.start = c->padding * (row + 1);
    memset(memory, 0, memory_count * sizeof(float));
    for (int channel = 0; channel < c->channels; channel++)
        for (int y = 0; y < c->height; y++)
            memcpy(
                memory + step.source.start + channel * step.source.channel + y * row,
                c->source + (channel * c->height + y) * c->width, c->width * sizeof(float));
    step.result.start = memory_count / 2;
    step.result.row = step.geometry.columns;
    step.result.channel = step.geometry.rows * step.geometry.columns;
    step.planes.end_column = step.geometry.columns;
    const int group = along_columns ? kernels->columns_group(c->filters, step.geometry.columns)
                                    : kernels->channels_group(c->filters);
    step.planes.group = group;
    const int groups = (c->filters + group - 1) / group;
    float *weights = calloc(groups * group * taps + 64, sizeof(float));
    float *biases = calloc(groups * group + 64, sizeof(float));
    for (int first = 0; first < c->filters; first += group) {
        const int rest = c->filters - first < group ? c->filters - first : group;
        const int lanes = along_columns ? rest : group, half = kernels->channel_lanes / 2;
        const bool twice = !along_columns && kernels->channels_fill_half(c->filters)
            && first + group >= c->filters;
        for (int lane = 0; lane < lanes; lane++) {
            const int filter = twice && lane >= lanes - half ? lane - half : lane;
            if (filter >= rest) continue;
            biases[first + lane] = c->biases[first + filter];
            for (int tap = 0; tap < taps; tap++)
                weights[first * taps + tap * lanes + lane] =
                    c->weights[(first + filter) * taps + tap];
        }
    }
    step.weights = weights;
    step.biases = biases;
    step.kernel =
        along_columns ? kernels->convolution_by_columns : kernels->convolution_by_channels;
    step.kernel(&step, memory);
    for (int filter = 0; filter < c->filters; filter++)
        for (int y = 0; y < step.geometry.rows; y++)
            for (int x = 0; x < step.geometry.columns; x++)
                check(
                    along_columns ? "columns" : "channels",
                    memory[step.result.start + filter * step.result.channel
                           + y * step.result.row + x],
                    expected(c, filter, y, x), taps + 1);
    free(weights);
    free(biases);
}

/// From planes to blocks.
static void check_blocks(const convolution *c) {
    inference_step step = step_of(c);
    memcpy(memory, c->source, c->channels * c->height * c->width * sizeof(float));
    step.source.row = c->width;
    step.source.channel = c->height * c->width;
    step.blocks.parts.count = 1;
    step.blocks.source_block = 1;
    step.result.start = memory_count / 2;
    step.result.row = step.geometry.columns * block;
    step.result.channel = step.geometry.rows * step.result.row;
    step.blocks.group = kernels->blocks_group(c->filters);
    const int filled = (c->filters + block - 1) / block * block;
    float *weights = calloc(filled * c->channels * c->size * c->size + 64, sizeof(float));
    float *biases = calloc(filled + 64, sizeof(float)), *next = weights;
    memcpy(biases, c->biases, c->filters * sizeof(float));
    for (int first = 0; first < filled; first += step.blocks.group)
        for (int j = 0; j < c->size; j++)
            for (int i = 0; i < c->size; i++)
                for (int channel = 0; channel < c->channels; channel++)
                    for (int f = first; f < first + step.blocks.group && f < filled; f++, next++)
                        if (f < c->filters)
                            *next = c->weights[((f * c->channels + channel) * c->size + i)
                                               * c->size + j];
    step.weights = weights;
    step.biases = biases;
    step.kernel = kernels->convolution_by_blocks;
    step.kernel(&step, memory);
    for (int f = 0; f < c->filters; f++)
        for (int y = 0; y < step.geometry.rows; y++)
            for (int x = 0; x < step.geometry.columns; x++)
                check(
                    "blocks",
                    memory[step.result.start + f / block * step.result.channel
                           + y * step.result.row + x * block + f % block],
                    expected(c, f, y, x), c->channels * c->size * c->size + 1);
    free(weights);
    free(biases);
}

/// From blocks to blocks, in bfloat16: rounded, both factors make an exact product.
static void check_blocks_in_bfloat16(const convolution *c) {
    inference_step step = step_of(c);
    const int sources = (c->channels + block - 1) / block * block;
    const int filled = (c->filters + block - 1) / block * block;
    step.blocks.parts.count = 1;
    step.blocks.in_bfloat16 = true;
    step.geometry.channels = sources;
    step.blocks.source_block = block;
    step.source.row = c->width * block;
    step.source.channel = c->height * step.source.row;
    memset(memory, 0, memory_count * sizeof(float));
    lay_out_blocks(c, &step.source);
    step.result.start = memory_count / 2;
    step.result.row = step.geometry.columns * block;
    step.result.channel = step.geometry.rows * step.result.row;
    step.scratch = memory_count + inference_slack
        - kernels->blocks_scratch(sources, c->height, c->width);
    step.blocks.group = kernels->blocks_group(c->filters);
    float *weights = calloc((size_t)filled * sources * c->size * c->size, sizeof(float));
    float *biases = calloc(filled, sizeof(float)), *next = weights;
    memcpy(biases, c->biases, c->filters * sizeof(float));
    for (int first = 0; first < filled; first += step.blocks.group) {
        const int end = first + step.blocks.group < filled ? first + step.blocks.group : filled;
        float *group = next, *packed = weights + first * sources * c->size * c->size / 2;
        for (int j = 0; j < c->size; j++)
            for (int i = 0; i < c->size; i++)
                for (int channel = 0; channel < sources; channel++)
                    for (int f = first; f < end; f++, next++)
                        if (f < c->filters && channel < c->channels)
                            *next = c->weights[((f * c->channels + channel) * c->size + i)
                                               * c->size + j];
        pair_rows(group, next - group, end - first);
        memmove(packed, group, (next - group) / 2 * sizeof(float));
    }
    step.weights = weights;
    step.biases = biases;
    step.kernel = kernels->convolution_by_blocks;
    step.kernel(&step, memory);
    convolution exact = *c;
    float *source = all_rounded(c->source, c->channels * c->height * c->width);
    float *taps = all_rounded(c->weights, c->filters * c->channels * c->size * c->size);
    exact.source = source;
    exact.weights = taps;
    for (int f = 0; f < c->filters; f++)
        for (int y = 0; y < step.geometry.rows; y++)
            for (int x = 0; x < step.geometry.columns; x++)
                check(
                    "blocks in bfloat16",
                    memory[step.result.start + f / block * step.result.channel
                           + y * step.result.row + x * block + f % block],
                    expected(&exact, f, y, x), c->channels * c->size * c->size + 1);
    free(source);
    free(taps);
    free(weights);
    free(biases);
}

/// A kernel's row or column, whose taps are `step` apart, at one of the points of its tiles.
static double at_point(const double *taps, int step, int size, int tile_size, int index) {
    const double few[] = {0, 1, -1}, many[] = {0, 0.625, -0.625, 1.5, -1.5};
    const int points = size + tile_size - 2;
    const double *point = points == 3 ? few : many;
    if (index == points) return taps[(size - 1) * step];
    double sum = 0, distances = 1;
    for (int tap = size - 1; tap >= 0; tap--) sum = sum * point[index] + taps[tap * step];
    for (int i = 0; i < points; i++)
        if (i != index) distances *= point[index] - point[i];
    return sum / distances;
}

/// How far off a result in tiles of bfloat16 may be, by the root of how many terms it has:
/// transformed, tiles and weights are rounded to 8 bits and have no exact product. Of 300,000 results
/// one was off by 0.031; a number in a wrong place makes it 0.3 and more.
static const double tile_rounding = 0.04;

/// From blocks to blocks, in tiles.
static void check_tiles(const convolution *c, int tile_size, bool in_bfloat16) {
    inference_step step = step_of(c);
    const int sources = (c->channels + block - 1) / block * block;
    const int filled = (c->filters + block - 1) / block * block;
    const int side = c->size + tile_size - 1, positions = side * side;
    step.tiles.parts.count = 1;
    step.tiles.size = tile_size;
    step.tiles.end = (step.geometry.rows + tile_size - 1) / tile_size
        * ((step.geometry.columns + tile_size - 1) / tile_size);
    step.tiles.in_bfloat16 = in_bfloat16;
    step.source.row = c->width * block;
    step.source.channel = c->height * step.source.row;
    memset(memory, 0, memory_count * sizeof(float));
    lay_out_blocks(c, &step.source);
    step.result.start = memory_count / 4;
    step.result.row = step.geometry.columns * block;
    step.result.channel = step.geometry.rows * step.result.row;
    // At the end of memory, so that a sanitizer sees what is written behind.
    step.scratch = memory_count + inference_slack
        - kernels->tiles_scratch(c->size, tile_size, c->channels);
    float *weights = calloc(filled * sources * positions, sizeof(float));
    float *biases = calloc(filled, sizeof(float));
    memcpy(biases, c->biases, c->filters * sizeof(float));
    for (int f = 0; f < c->filters; f++)
        for (int channel = 0; channel < c->channels; channel++) {
            double taps[25], half[30];
            for (int i = 0; i < c->size * c->size; i++)
                taps[i] = c->weights[(f * c->channels + channel) * c->size * c->size + i];
            for (int i = 0; i < side; i++)
                for (int j = 0; j < c->size; j++)
                    half[i * c->size + j] = at_point(taps + j, c->size, c->size, tile_size, i);
            for (int p = 0; p < positions; p++)
                weights[((f / block * positions + p) * sources + channel) * block + f % block] =
                    (float)at_point(half + p / side * c->size, 1, c->size, tile_size, p % side);
        }
    if (in_bfloat16) pair_rows(weights, (size_t)filled * sources * positions, block);
    step.weights = weights;
    step.biases = biases;
    step.kernel = kernels->convolution_by_tiles;
    step.kernel(&step, memory);
    const int terms = c->channels * c->size * c->size + 1;
    const double tolerance = in_bfloat16 ? tile_rounding * sqrt(terms) : terms * 4e-7;
    for (int f = 0; f < c->filters; f++)
        for (int y = 0; y < step.geometry.rows; y++)
            for (int x = 0; x < step.geometry.columns; x++)
                check_within(
                    in_bfloat16 ? "tiles in bfloat16" : "tiles",
                    memory[step.result.start + f / block * step.result.channel
                           + y * step.result.row + x * block + f % block],
                    expected(c, f, y, x), tolerance);
    free(weights);
    free(biases);
}

static void check_convolution(int channels, int filters, int size, int stride, int padding) {
    convolution c = {channels, filters, 9, 18, size, stride, padding, NULL, NULL, NULL};
    float *source = numbers(channels * c.height * c.width, 1);
    float *weights = numbers(filters * channels * size * size, 1);
    float *biases = numbers(filters, 1);
    c.source = source;
    c.weights = weights;
    c.biases = biases;
    if (stride == 1) check_planes(&c, true);
    check_planes(&c, false);
    check_blocks(&c);
    check_blocks_in_bfloat16(&c);
    if (stride == 1 && size > 1) check_tiles(&c, 2, false);
    if (stride == 1 && size > 1) check_tiles(&c, 2, true);
    if (stride == 1 && size == 3) check_tiles(&c, 4, false);
    free(source);
    free(weights);
    free(biases);
}

/// Of so many channels that tiles which the edge cuts are without some positions.
static void check_cut_tiles(int height, int width, int size, int tile_size, bool in_bfloat16) {
    convolution c = {65, 17, height, width, size, 1, size / 2, NULL, NULL, NULL};
    float *source = numbers(c.channels * height * width, 1);
    float *weights = numbers(c.filters * c.channels * size * size, 1);
    float *biases = numbers(c.filters, 1);
    c.source = source;
    c.weights = weights;
    c.biases = biases;
    check_tiles(&c, tile_size, in_bfloat16);
    free(source);
    free(weights);
    free(biases);
}

/// From all rows of planes in a frame; one row of one plane is a vector of features.
static void check_linear(
    int channels, int height, int width, int outputs, int frame, bool in_bfloat16
) {
    const int lanes = kernels->column_lanes * (in_bfloat16 ? 2 : 1);
    const int row = width + 2 * frame, features = height * width;
    const int vectors = (width + lanes - 1) / lanes, rows = channels * height;
    inference_step step;
    memset(&step, 0, sizeof step);
    step.geometry.samples = 1;
    step.geometry.channels = channels;
    step.geometry.height = height;
    step.geometry.width = width;
    step.source.row = row;
    step.source.channel = row * (height + 2 * frame);
    step.source.start = frame * (row + 1);
    step.result.start = memory_count / 2;
    step.geometry.result_channels = outputs;
    step.linear.group = kernels->linear_group(outputs);
    step.linear.in_bfloat16 = in_bfloat16;
    step.scratch = memory_count + inference_slack - kernels->linear_scratch(width);
    float *source = numbers(channels * features, 1), *biases = numbers(outputs, 1);
    float *matrix = numbers((size_t)outputs * channels * features, 1);
    float *weights = calloc((size_t)outputs * rows * vectors * lanes + 64, sizeof(float));
    float *next = weights;
    for (int first = 0; first < outputs; first += step.linear.group)
        for (int vector = 0; vector < rows * vectors; vector++)
            for (int o = first; o < first + step.linear.group && o < outputs; o++)
                for (int lane = 0; lane < lanes; lane++, next++) {
                    const int x = vector % vectors * lanes + lane, y = vector / vectors;
                    if (x < width) *next = matrix[(o * rows + y) * width + x];
                }
    if (in_bfloat16) pair_rows(weights, next - weights, 1);
    // What lies between rows does not reach a result, whatever it is.
    for (int i = 0; i < memory_count; i++) memory[i] = NAN;
    for (int y = 0; y < rows; y++)
        memcpy(
            memory + step.source.start + y / height * step.source.channel + y % height * row,
            source + y * width, width * sizeof(float));
    step.weights = weights;
    step.biases = biases;
    step.kernel = kernels->linear;
    step.kernel(&step, memory);
    for (int o = 0; o < outputs; o++) {
        double sum = biases[o];
        for (int i = 0; i < channels * features; i++) {
            const float x = source[i], weight = matrix[o * channels * features + i];
            sum += in_bfloat16 ? (double)rounded(x) * rounded(weight) : (double)x * weight;
        }
        check(
            in_bfloat16 ? "linear in bfloat16" : "linear", memory[step.result.start + o], sum,
            channels * features + 1);
    }
    free(source);
    free(biases);
    free(matrix);
    free(weights);
}

int main(int count, char **arguments) {
    for (int variant = 0; variant < inference_variant_count; variant++) {
        const char *name = inference_variant_name((inference_variant)variant);
        if (count > 1 && strcmp(arguments[1], name) != 0) continue;
        kernels = inference_kernels_for((inference_variant)variant);
        if (kernels == NULL) continue;
        memory = calloc(memory_count + inference_slack, sizeof(float));
        const int channels[] = {1, 3, 5, 10, 16, 17, 33};
        for (int i = 0; i < 7; i++)
            for (int j = 0; j < 7; j++)
                check_convolution(
                    channels[i], channels[j], 1 + (i + j) % 3 * 2, 1 + i % 3, (i + 2 * j) % 4);
        for (int i = 0; i < 7; i++)
            for (int size = 1; size <= 7; size++)
                check_depthwise(channels[i], size, 1 + (i + size / 2) % 3, (i + size) % 4);
        for (int i = 0; i < 16; i++) {
            check_cut_tiles(5 + i % 4, 8 + i / 4, 3, 4, false);
            check_cut_tiles(5 + i % 4, 8 + i / 4, 3, 2, i % 3 == 0);
            check_cut_tiles(21 + i % 4, 20 + i / 4, i % 2 ? 3 : 5, 2, i % 3 == 0);
        }
        for (int i = 0; i < 7; i++)
            for (int padding = 0; padding < 9; padding++)
                check_lines_of(1 + i % 3, channels[i], 7 + i, 7 + 13 * i + padding, padding);
        check_functions();
        const int widths[] = {1, 3, 5, 10, 16, 17, 33};
        for (int i = 0; i < 7; i++)
            for (int j = 0; j < 7; j++) {
                check_linear(1, 1, widths[i], channels[j], 0, false);
                check_linear(1, 1, widths[i], channels[j], 0, true);
                check_linear(1 + i % 3, 4, widths[i], channels[j], 1 + j % 3, false);
            }
        printf("%s: %d of %d results are right\n", name, cases - failures, cases);
        free(memory);
        all_failures += failures;
        all_cases += cases;
        failures = cases = 0;
    }
    return all_failures > 0 || all_cases == 0;
}
