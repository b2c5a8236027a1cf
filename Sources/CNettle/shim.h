#pragma once

#include <nettle/sha2.h>
#include <nettle/version.h>

// Nettle 4 writes whole digests only, and asks for no length.
static inline void cnettle_sha256_digest(struct sha256_ctx *context, uint8_t *digest) {
#if NETTLE_VERSION_MAJOR < 4
    nettle_sha256_digest(context, SHA256_DIGEST_SIZE, digest);
#else
    nettle_sha256_digest(context, digest);
#endif
}
