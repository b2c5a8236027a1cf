// Pixels of blocks: 16 channels side by side, whatever vectors an instruction set has.

/// Channels in a block.
#define BLOCK 16

typedef float pixel __attribute__((vector_size(4 * BLOCK)));
typedef float pixel_unaligned __attribute__((vector_size(4 * BLOCK), aligned(4)));

// No functions: a vector that the instruction set does not have may not be passed by value.
#define PIXEL(address) (*(const pixel_unaligned *)(address))
#define PIXEL_RESULT(address) (*(pixel_unaligned *)(address))

/// `max(0, x)` in every lane; NaN stays NaN.
INLINE void pixel_cut(pixel *x) {
    wide *parts = (wide *)x;
    UNROLL for (int i = 0; i < BLOCK / WIDE_LANES; i++)
        parts[i] = wide_maximum(wide_of(0), parts[i]);
}

INLINE int block_count(int channels) { return (channels + BLOCK - 1) / BLOCK; }
