#include "CInferenceKernels.h"

extern const inference_kernels inference_kernels_portable;
extern const inference_kernels inference_kernels_neon;
extern const inference_kernels inference_kernels_avx2;
extern const inference_kernels inference_kernels_avx512;
extern const inference_kernels inference_kernels_avx512bf16;

#if defined(__x86_64__)
static bool has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("fma");
}
#endif

const inference_kernels *inference_kernels_for(inference_variant variant) {
    switch (variant) {
    case inference_portable: return &inference_kernels_portable;
#if defined(__aarch64__)
    case inference_neon: return &inference_kernels_neon;
#elif defined(__x86_64__)
    // These ask the processor, and whether the system saves the registers.
    case inference_avx2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
            ? &inference_kernels_avx2 : NULL;
    case inference_avx512: return has_avx512() ? &inference_kernels_avx512 : NULL;
    case inference_avx512bf16:
        return has_avx512() && __builtin_cpu_supports("avx512bf16")
            ? &inference_kernels_avx512bf16 : NULL;
#endif
    default: return NULL;
    }
}

inference_variant inference_fastest_variant(void) {
    for (int variant = inference_variant_count - 1; variant > 0; variant--)
        if (inference_kernels_for((inference_variant)variant) != NULL)
            return (inference_variant)variant;
    return inference_portable;
}

const char *inference_variant_name(inference_variant variant) {
    switch (variant) {
    case inference_portable: return "portable";
    case inference_neon: return "neon";
    case inference_avx2: return "avx2";
    case inference_avx512: return "avx512";
    case inference_avx512bf16: return "avx512bf16";
    }
    return "unknown";
}
