// The kernels for 64-bit ARM, all of which has NEON.

#if defined(__aarch64__)
#define INFERENCE_NEON
#define INFERENCE_TABLE inference_kernels_neon
#include "kernels.h"
#endif
