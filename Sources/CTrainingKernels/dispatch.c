#include "CTrainingKernels.h"
#include "sizes.h"

extern const training_kernels training_kernels_portable;
extern const training_kernels training_kernels_avx2;
extern const training_kernels training_kernels_avx512;

size_t training_kernels_available(const training_kernels *kernels[3]) {
    size_t count = 0;
    kernels[count++] = &training_kernels_portable;
#if defined(__x86_64__)
    // These ask the processor, and whether the system saves the registers.
    bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (has_avx2) kernels[count++] = &training_kernels_avx2;
    if (has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        kernels[count++] = &training_kernels_avx512;
#endif
    return count;
}

const training_kernels *training_kernels_fastest(void) {
    const training_kernels *kernels[3];
    return kernels[training_kernels_available(kernels) - 1];
}

size_t training_scratch(size_t pixels, size_t channels) {
    rows rows = rows_of(pixels, channels);
    return sizeof(double) * scratch_sums(rows) + sizeof(float) * FACTORS * rows.width;
}

size_t training_response_scratch(training_response sizes) {
    response_rows rows = response_rows_of(sizes);
    return sizeof(float) * rows.chunks * rows.numbers;
}
