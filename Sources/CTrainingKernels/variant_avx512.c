// The kernels for processors with AVX-512 (Skylake-X and later, Zen 4 and later).

#if defined(__x86_64__)
#define TRAINING_TABLE training_kernels_avx512
#define TRAINING_NAME "avx512"
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#include "kernels.h"
#pragma clang attribute pop
#endif
