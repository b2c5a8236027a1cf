// The library itself, and what it can do here.

#pragma once

#include <stdbool.h>
#include <string.h>
#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>

#if DNNL_VERSION_MAJOR != 2
#error "oneDNN 2.x is needed (Debian 12's libdnnl-dev); build without it by --disable-default-traits"
#endif

// Whether the processor multiplies bfloat16 itself: elsewhere the library emulates it, slowly.
static inline bool conednn_has_bfloat16(void) {
    dnnl_cpu_isa_t needed = dnnl_cpu_isa_avx512_core_bf16;
    return (dnnl_get_effective_cpu_isa() & needed) == needed;
}
