// The kernels for processors with AVX2 and FMA (Haswell and later, Zen and later).

#if defined(__x86_64__)
#define TRAINING_TABLE training_kernels_avx2
#define TRAINING_NAME "avx2"
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "kernels.h"
#pragma clang attribute pop
#endif
