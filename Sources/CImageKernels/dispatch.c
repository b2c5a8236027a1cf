#include "CImageKernels.h"

extern const image_kernels image_kernels_portable;
extern const image_kernels image_kernels_avx2;

size_t image_kernels_available(const image_kernels *kernels[2]) {
    size_t count = 0;
    kernels[count++] = &image_kernels_portable;
#if defined(__x86_64__)
    // This asks the processor, and whether the system saves the registers.
    if (__builtin_cpu_supports("avx2")) kernels[count++] = &image_kernels_avx2;
#endif
    return count;
}

const image_kernels *image_kernels_fastest(void) {
    const image_kernels *kernels[2];
    return kernels[image_kernels_available(kernels) - 1];
}
