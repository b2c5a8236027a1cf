// Where values begin in a caller's memory.

/// Where a sample of a value begins.
INLINE float *sample_at(float *memory, const inference_place *place, int sample) {
    return memory + place->start + sample * place->sample;
}

/// Where a plane, or a block of channels, of a sample begins.
INLINE float *channel_at(float *memory, const inference_place *place, int sample, int channel) {
    return sample_at(memory, place, sample) + channel * place->channel;
}
