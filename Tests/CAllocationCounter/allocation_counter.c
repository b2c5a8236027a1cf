#include "CAllocationCounter.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#if defined(__GLIBC__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

#include <malloc.h>

// The program's own definitions come before the library's, which remain under these names.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

static _Thread_local long count;
static _Thread_local long byte_count;

long allocation_count(void) { return count; }

long allocated_byte_count(void) { return byte_count; }

static void *counted(void *block) {
    count++;
    byte_count += (long)malloc_usable_size(block);
    return block;
}

void *malloc(size_t size) {
    return counted(__libc_malloc(size));
}

void *calloc(size_t number, size_t size) {
    return counted(__libc_calloc(number, size));
}

void *realloc(void *block, size_t size) {
    long old = (long)malloc_usable_size(block);
    void *moved = __libc_realloc(block, size);
    if (moved != NULL || size == 0) byte_count -= old;
    return counted(moved);
}

void *aligned_alloc(size_t alignment, size_t size) {
    return counted(__libc_memalign(alignment, size));
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    *block = counted(__libc_memalign(alignment, size));
    return *block == NULL ? ENOMEM : 0;
}

void free(void *block) {
    byte_count -= (long)malloc_usable_size(block);
    __libc_free(block);
}

#else

long allocation_count(void) { return -1; }

long allocated_byte_count(void) { return -1; }

#endif
