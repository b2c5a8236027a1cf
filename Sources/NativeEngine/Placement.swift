import CInferenceKernels
import Compute

/// The sizes of a value as kernels see them; what is no image is one row.
struct ImageSize: Hashable, Sendable {
    let channels: Int
    let height: Int
    let width: Int

    init(_ shape: Shape) {
        let isImage = shape.rank == 3
        channels = isImage ? shape[0] : 1
        height = isImage ? shape[1] : 1
        width = isImage ? shape[2] : shape.elementCount
    }
}

/// Where the planes of a value lie in a buffer; all distances in floats.
struct Placement: Hashable, Sendable {
    let buffer: Int
    /// From the start of the buffer to the first element.
    let start: Int
    let sample: Int
    let channel: Int
    let row: Int
    /// How many rows and columns of zeros surround each plane.
    let frame: Int

    /// Planes one after the other, each in a frame of zeros.
    init(buffer: Int, _ size: ImageSize, frame: Int = 0) {
        self.buffer = buffer
        self.frame = frame
        row = size.width + 2 * frame
        channel = row * (size.height + 2 * frame)
        sample = channel * size.channels
        start = frame * (row + 1)
    }

    /// The same as kernels read it, for a buffer that begins at an offset.
    func place(at offset: Int) -> inference_place {
        inference_place(start: offset + start, sample: sample, channel: channel, row: row)
    }
}
