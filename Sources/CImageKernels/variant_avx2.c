// The kernels for processors with AVX2 (Haswell and later, Zen and later).

#if defined(__x86_64__)
#define IMAGE_TABLE image_kernels_avx2
#define IMAGE_NAME "avx2"
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#include "kernels.h"
#pragma clang attribute pop
#endif
