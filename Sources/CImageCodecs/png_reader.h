// Decodes PNG files by libpng's row by row interface.
//
// Its simplified interface, which needs no setjmp, applies the gamma that a file states, and rounds
// 16 bits to 8 instead of taking the upper ones. Here libpng leaves by a jump from its own functions
// and those below to `cimage_png_read`: all of them are C, and none is Swift's.

#pragma once

#include <png.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

// What is known of a file.
typedef struct {
    uint32_t width, height;
    // Whether it has colours, or a palette; and whether it has alpha, or a transparent colour.
    bool has_color, has_alpha;
    // Why it could not be read.
    char reason[64];
} cimage_png;

// The reason: an array of C imports into Swift as a tuple.
static inline const char *cimage_png_reason(const cimage_png *image) { return image->reason; }

// Bytes per pixel that a file is decoded to: gray, gray and alpha, or red, green, blue and alpha.
static inline size_t cimage_png_pixel_bytes(const cimage_png *image) {
    return image->has_color ? 4 : image->has_alpha ? 2 : 1;
}

// What of a file was not read yet.
typedef struct {
    const uint8_t *next;
    size_t left;
    // The rows of the picture, once they are known.
    uint32_t height;
    // How much may still be read when all of them are decoded. libpng goes on to the end of their
    // stream, which of a small file may be gigabytes away.
    size_t rest;
} cimage_png_source;

// Whether all rows are decoded. Of an interlaced picture they come in seven passes.
static inline bool cimage_png_is_done(png_structp png, const cimage_png_source *source) {
    return png_get_current_pass_number(png) >= 7 ||
        (source->height > 0 && png_get_current_row_number(png) >= source->height);
}

static inline void cimage_png_take(png_structp png, png_bytep target, size_t count) {
    cimage_png_source *source = (cimage_png_source *)png_get_io_ptr(png);
    if (count > source->left) png_error(png, "the file ends too early");
    if (cimage_png_is_done(png, source)) {
        if (count > source->rest) png_error(png, "it goes on behind its last row");
        source->rest -= count;
    }
    memcpy(target, source->next, count);
    source->next += count;
    source->left -= count;
}

static inline void cimage_png_fail(png_structp png, png_const_charp reason) {
    cimage_png *image = (cimage_png *)png_get_error_ptr(png);
    strncpy(image->reason, reason, sizeof image->reason - 1);
    png_longjmp(png, 1);
}

static inline void cimage_png_ignore(png_structp png, png_const_charp warning) {
    (void)png;
    (void)warning;
}

static inline void cimage_png_read_header(png_structp png, png_infop info, cimage_png *image) {
    // All chunks but those that pixels are made of, colour spaces among them.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(png, info);
    int type = png_get_color_type(png, info);
    image->width = png_get_image_width(png, info);
    image->height = png_get_image_height(png, info);
    image->has_color = (type & PNG_COLOR_MASK_COLOR) != 0;
    image->has_alpha =
        (type & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png, info, PNG_INFO_tRNS) != 0;
}

static inline void cimage_png_read_pixels(
    png_structp png, png_infop info, const cimage_png *image, uint8_t *pixels) {
    png_set_strip_16(png);
    png_set_expand(png);
    if (image->has_color && !image->has_alpha) png_set_filler(png, 255, PNG_FILLER_AFTER);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t row_bytes = cimage_png_pixel_bytes(image) * (size_t)image->width;
    if (png_get_rowbytes(png, info) != row_bytes) png_error(png, "rows of an unknown kind");
    for (int pass = 0; pass < passes; pass++)
        for (size_t row = 0; row < image->height; row++)
            png_read_row(png, pixels + row * row_bytes, NULL);
}

// Reads what is known of a file and, unless `pixels` is null, its pixels: 8 bits per channel, the
// upper ones of 16, palettes looked up, no gamma applied. There have to be as many of them as the
// file's header said before. Returns false where the file is damaged, and why in `image`.
__attribute__((noinline)) static bool cimage_png_read(
    const uint8_t *file, size_t count, cimage_png *image, uint8_t *pixels) {
    cimage_png_source source = {file, count, 0, 1 << 16};
    memset(image, 0, sizeof *image);
    png_structp png = png_create_read_struct(
        PNG_LIBPNG_VER_STRING, image, cimage_png_fail, cimage_png_ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        if (png) png_destroy_read_struct(&png, NULL, NULL);
        strcpy(image->reason, "there is no memory for it");
        return false;
    }
    // Neither pointer changes from here on, so both are right after a jump.
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        return false;
    }
    png_set_read_fn(png, &source, cimage_png_take);
    cimage_png_read_header(png, info, image);
    source.height = image->height;
    if (pixels) cimage_png_read_pixels(png, info, image, pixels);
    png_destroy_read_struct(&png, &info, NULL);
    return true;
}
