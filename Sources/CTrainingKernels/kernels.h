// All kernels of one variant. Included once by each variant's file, which names the table.

#include "CTrainingKernels.h"
#include "sizes.h"
#include "vectors.h"
#include "normalize.h"
#include "differentiate.h"
#include "multiply.h"
#include "respond.h"

const training_kernels TRAINING_TABLE = {
    TRAINING_NAME, normalize, differentiate, multiply, sum_products, respond,
    differentiate_response,
};
