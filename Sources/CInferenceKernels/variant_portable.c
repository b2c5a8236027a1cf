// The kernels for whatever processor the compiler knows, in vectors of four.

#define INFERENCE_TABLE inference_kernels_portable
#include "kernels.h"
