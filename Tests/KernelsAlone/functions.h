// Functions of one number beside the same in double precision.

#include "expected.h"

static double value_of(inference_function function, double x) {
    switch (function) {
    case inference_identity: return x;
    case inference_relu: return x > 0 ? x : 0;
    case inference_clip: return fmin(fmax(x, -0.5), 6);
    case inference_sigmoid: return 1 / (1 + exp(-x));
    case inference_hard_sigmoid: return fmin(fmax(x / 6 + 0.5, 0), 1);
    case inference_hard_swish: return x * fmin(fmax(x / 6 + 0.5, 0), 1);
    case inference_silu: return x / (1 + exp(-x));
    case inference_gelu: return x * erfc(-x / sqrt(2)) / 2;
    case inference_gelu_tanh:
        return x * (1 + tanh(0.79788456080286535588 * (x + 0.044715 * x * x * x))) / 2;
    }
    return NAN;
}

/// All functions, of numbers near zero and far away, infinities and NaN.
static void check_functions(void) {
    enum { count = 1003 };
    for (int function = inference_identity; function <= inference_gelu_tanh; function++) {
        inference_step step;
        memset(&step, 0, sizeof step);
        step.geometry.samples = step.geometry.channels = step.geometry.height = 1;
        step.geometry.width = count;
        step.epilogue.function = (inference_function)function;
        step.epilogue.minimum = -0.5f;
        step.epilogue.maximum = 6;
        step.result.start = memory_count + inference_slack - count;
        for (int i = 0; i < count; i++) memory[i] = (float)(i - 500) * (i % 2 ? 0.25f : 0.01f);
        memory[count - 1] = NAN;
        step.kernel = kernels->elementwise;
        step.kernel(&step, memory);
        for (int i = 0; i < count - 1; i++) {
            const double wanted = value_of((inference_function)function, memory[i]);
            check_within(
                "function", memory[step.result.start + i], wanted,
                4e-7 * fmax(1, fabs(memory[i])));
        }
        check_within("function of NaN", isnan(memory[step.result.start + count - 1]), 1, 0);
    }
}
