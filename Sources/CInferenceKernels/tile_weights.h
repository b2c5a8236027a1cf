// The transform of weights for convolution by tiles, when a program is compiled.

/// The largest kernel that is transformed.
#define LARGEST_TILE_KERNEL 5

/// `U = G·g·Gᵀ` for the kernels of up to 16 filters at one channel; computed in 64 bits and rounded
/// once.
static void transform_kernels(
    const double *rows, int32_t size, int32_t side, const float *kernels, ptrdiff_t distance,
    int32_t count, float *result, ptrdiff_t next_position
) {
    double half[LARGEST_TILE][LARGEST_TILE_KERNEL][BLOCK];
    for (int i = 0; i < side; i++)
        for (int j = 0; j < size; j++)
            for (int lane = 0; lane < count; lane++) {
                const float *column = kernels + lane * distance + j;
                double sum = 0;
                for (int k = 0; k < size; k++) sum += rows[i * size + k] * column[k * size];
                half[i][j][lane] = sum;
            }
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++, result += next_position)
            for (int lane = 0; lane < count; lane++) {
                double sum = 0;
                for (int k = 0; k < size; k++) sum += rows[j * size + k] * half[i][k][lane];
                result[lane] = (float)sum;
            }
}
