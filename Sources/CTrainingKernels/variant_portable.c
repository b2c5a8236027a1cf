// The kernels for whatever processor the compiler knows.

#define TRAINING_TABLE training_kernels_portable
#define TRAINING_NAME "portable"
#include "kernels.h"
