// What moves channels of blocks about, and changes of layout.

/// Every `stride`-th row and column, and channels of zeros around the source's.
static void shortcut_of_blocks(const inference_step *step, float *memory) {
    for (int n = 0; n < step->geometry.samples; n++)
        for (int b = 0; b < block_count(step->geometry.result_channels); b++)
            for (int lane = 0; lane < BLOCK; lane++) {
                const int channel = b * BLOCK + lane - step->shortcut.first_channel;
                const int is_copied = channel >= 0 && channel < step->geometry.channels;
                const float *source = sample_at(memory, &step->source, n)
                    + (is_copied ? channel / BLOCK * step->source.channel + channel % BLOCK : 0);
                float *result = channel_at(memory, &step->result, n, b) + lane;
                for (int y = 0; y < step->geometry.rows; y++)
                    for (int x = 0; x < step->geometry.columns; x++)
                        result[y * step->result.row + x * BLOCK] = is_copied
                            ? source[y * step->geometry.window.stride.rows * step->source.row
                                     + x * step->geometry.window.stride.columns * BLOCK]
                            : 0;
            }
}

/// Copies some lanes of every pixel.
INLINE void copy_lanes(const float *source, float *result, int area, int lanes) {
    for (int i = 0; i < area; i++) {
        const float *from = source + i * BLOCK;
        float *to = result + i * BLOCK;
        int done = 0;
        for (; done + WIDE_LANES <= lanes; done += WIDE_LANES)
            wide_store(to + done, wide_load(from + done));
        if (done < lanes)
            wide_store_first(
                to + done, wide_load_first(from + done, lanes - done), lanes - done);
    }
}

/// Fills the lanes of every pixel from `first` on.
INLINE void clear_lanes(float *result, int area, int first) {
    for (int i = 0; i < area; i++)
        for (int lane = first; lane < BLOCK; lane++) result[i * BLOCK + lane] = 0;
}

/// The source's channels to those of the result that begin at any one: as many at a time as lie in
/// one block here and there. Behind the last channel of the result, what its block has left is zero.
static void copy_to_channels(const inference_step *step, float *memory) {
    const inference_geometry *geometry = &step->geometry;
    const int area = geometry->height * geometry->width, first = step->shortcut.first_channel;
    for (int n = 0; n < geometry->samples; n++) {
        int lanes;
        for (int c = 0; c < geometry->channels; c += lanes) {
            const int to = first + c;
            lanes = smaller(geometry->channels - c, smaller(BLOCK - c % BLOCK, BLOCK - to % BLOCK));
            copy_lanes(
                channel_at(memory, &step->source, n, c / BLOCK) + c % BLOCK,
                channel_at(memory, &step->result, n, to / BLOCK) + to % BLOCK, area, lanes);
        }
        const int end = first + geometry->channels;
        if (end == geometry->result_channels && end % BLOCK > 0)
            clear_lanes(channel_at(memory, &step->result, n, end / BLOCK), area, end % BLOCK);
    }
}

/// Sends channel `g·(C/groups) + i` to place `i·groups + g`.
static void shuffle_of_blocks(const inference_step *step, float *memory) {
    const inference_geometry *geometry = &step->geometry;
    const int area = geometry->height * geometry->width, channels = geometry->channels;
    const int groups = step->shuffle.groups, length = channels / groups;
    for (int n = 0; n < geometry->samples; n++)
        for (int b = 0; b < block_count(channels); b++) {
            const float *from[BLOCK];
            for (int lane = 0; lane < BLOCK; lane++) {
                // What no channel goes to takes the numbers of one that is there.
                const int to = smaller(b * BLOCK + lane, channels - 1);
                const int channel = to % groups * length + to / groups;
                from[lane] = channel_at(memory, &step->source, n, channel / BLOCK)
                    + channel % BLOCK;
            }
            float *result = channel_at(memory, &step->result, n, b);
            for (ptrdiff_t i = 0; i < (ptrdiff_t)area * BLOCK; i += BLOCK) {
                pixel y;
                UNROLL for (int lane = 0; lane < BLOCK; lane++) y[lane] = from[lane][i];
                PIXEL_RESULT(result + i) = y;
            }
        }
}

static void planes_to_blocks(const inference_step *step, float *memory) {
    for (int n = 0; n < step->geometry.samples; n++)
        for (int c = 0; c < block_count(step->geometry.channels) * BLOCK; c++) {
            const float *source = sample_at(memory, &step->source, n)
                + (c < step->geometry.channels ? c * step->source.channel : 0);
            float *result = sample_at(memory, &step->result, n)
                + c / BLOCK * step->result.channel + c % BLOCK;
            for (int y = 0; y < step->geometry.height; y++)
                for (int x = 0; x < step->geometry.width; x++)
                    result[y * step->result.row + x * BLOCK] =
                        c < step->geometry.channels ? source[y * step->source.row + x] : 0;
        }
}

static void blocks_to_planes(const inference_step *step, float *memory) {
    for (int n = 0; n < step->geometry.samples; n++)
        for (int c = 0; c < step->geometry.channels; c++) {
            const float *source = sample_at(memory, &step->source, n)
                + c / BLOCK * step->source.channel + c % BLOCK;
            float *result = channel_at(memory, &step->result, n, c);
            for (int y = 0; y < step->geometry.height; y++)
                for (int x = 0; x < step->geometry.width; x++)
                    result[y * step->result.row + x] = source[y * step->source.row + x * BLOCK];
        }
}
