#pragma once

#include <png.h>
#include <turbojpeg.h>

// The text of the last failure: an array of C imports into Swift as a tuple.
static inline const char *cimage_png_message(const png_image *image) {
    return image->message;
}

// Macros with casts do not import into Swift.
static inline png_uint_32 cimage_png_format_rgba(void) { return PNG_FORMAT_RGBA; }
