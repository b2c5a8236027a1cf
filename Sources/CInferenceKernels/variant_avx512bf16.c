// The kernels for processors with AVX-512 BF16 (Cooper Lake and later, Zen 4 and later): those for
// AVX-512, with an instruction for products of bfloat16.

#if defined(__x86_64__)
#include <immintrin.h>
#define INFERENCE_AVX512
#define INFERENCE_BFLOAT16
#define INFERENCE_TABLE inference_kernels_avx512bf16
#pragma clang attribute push( \
    __attribute__((target("avx512bf16,avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), \
    apply_to = function)
#include "kernels.h"
#pragma clang attribute pop
#endif
