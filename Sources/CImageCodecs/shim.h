#pragma once

#include <png.h>
#include <turbojpeg.h>
#include <webp/decode.h>
#include <zlib.h>

// The text of the last failure: an array of C imports into Swift as a tuple.
static inline const char *cimage_png_message(const png_image *image) {
    return image->message;
}

// Macros with casts or calls do not import into Swift.
static inline int cimage_inflate_init(z_stream *stream) { return inflateInit(stream); }
