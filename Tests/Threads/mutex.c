// Shows the thread sanitizer what it cannot see. A Mutex of Swift that is free is taken by code
// compiled into the caller; one that another thread holds or waits for is taken and given back
// inside the standard library, which is not instrumented. Scripts/test-threads loads this before it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef __attribute__((swiftcall)) void lock_function(
    uint32_t state, __attribute__((swift_context)) void *mutex);
typedef __attribute__((swiftcall)) void unlock_function(
    __attribute__((swift_context)) void *mutex);

lock_function lock_slow __asm__(LOCK_SLOW);
unlock_function unlock_slow __asm__(UNLOCK_SLOW);

// Weak, since the tools that start the tests are not instrumented.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

__attribute__((swiftcall)) void lock_slow(
    uint32_t state, __attribute__((swift_context)) void *mutex) {
    ((lock_function *)dlsym(RTLD_NEXT, LOCK_SLOW))(state, mutex);
    if (__tsan_acquire) __tsan_acquire(mutex);
}

__attribute__((swiftcall)) void unlock_slow(__attribute__((swift_context)) void *mutex) {
    if (__tsan_release) __tsan_release(mutex);
    ((unlock_function *)dlsym(RTLD_NEXT, UNLOCK_SLOW))(mutex);
}
