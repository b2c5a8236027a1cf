// The transform of weights for convolution by tiles, when a program is compiled.

/// The largest kernel that is transformed.
#define LARGEST_TILE_KERNEL 5

/// `U = G·g·Gᵀ` for the kernels of up to 16 filters at one channel; computed in 64 bits and rounded
/// once. Filters that are missing are computed as zeros, so that loops have one length.
static void transform_kernels(
    const double *rows, int32_t size, int32_t side, const float *kernels, ptrdiff_t distance,
    int32_t count, float *result, ptrdiff_t next_position
) {
    double taps[LARGEST_TILE_KERNEL * LARGEST_TILE_KERNEL][BLOCK] = {0};
    double half[LARGEST_TILE][LARGEST_TILE_KERNEL][BLOCK];
    for (int lane = 0; lane < count; lane++)
        for (int tap = 0; tap < size * size; tap++)
            taps[tap][lane] = kernels[lane * distance + tap];
    for (int i = 0; i < side; i++)
        for (int j = 0; j < size; j++) {
            double *sum = half[i][j];
            for (int lane = 0; lane < BLOCK; lane++) sum[lane] = 0;
            for (int k = 0; k < size; k++)
                for (int lane = 0; lane < BLOCK; lane++)
                    sum[lane] += rows[i * size + k] * taps[k * size + j][lane];
        }
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++, result += next_position) {
            double sum[BLOCK] = {0};
            for (int k = 0; k < size; k++)
                for (int lane = 0; lane < BLOCK; lane++)
                    sum[lane] += rows[j * size + k] * half[i][k][lane];
            float line[BLOCK];
            for (int lane = 0; lane < BLOCK; lane++) line[lane] = (float)sum[lane];
            __builtin_memcpy(result, line, count * sizeof(float));
        }
}
