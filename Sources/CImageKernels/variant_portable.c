// The kernels for whatever processor the compiler knows.

#define IMAGE_TABLE image_kernels_portable
#define IMAGE_NAME "portable"
#include "kernels.h"
