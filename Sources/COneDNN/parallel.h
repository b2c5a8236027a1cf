// Loops on the threads that the library computes on.

#pragma once

#include "library.h"

// From libgomp, which oneDNN links; its header is not part of Debian's oneDNN package.
void omp_set_num_threads(int count);
int omp_get_max_threads(void);
int omp_get_num_threads(void);
int omp_get_thread_num(void);
void GOMP_parallel(void (*body)(void *), void *context, unsigned threads, unsigned flags);

typedef struct {
    void (*body)(size_t index, const void *context);
    size_t count;
    const void *context;
} conednn_loop;

static inline void conednn_part_of_loop(void *opaque) {
    const conednn_loop *loop = (const conednn_loop *)opaque;
    size_t thread = (size_t)omp_get_thread_num(), threads = (size_t)omp_get_num_threads();
    size_t end = loop->count * (thread + 1) / threads;
    for (size_t index = loop->count * thread / threads; index < end; index++)
        loop->body(index, loop->context);
}

// Calls `body` for every index below `count`, on the threads that the library computes on.
static inline void conednn_parallel(
    void (*body)(size_t index, const void *context), size_t count, const void *context) {
    conednn_loop loop = {body, count, context};
    if (count > 1 && omp_get_max_threads() > 1) {
        GOMP_parallel(conednn_part_of_loop, &loop, 0, 0);
        return;
    }
    for (size_t index = 0; index < count; index++) body(index, context);
}
