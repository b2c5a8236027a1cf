import BranchyCompute
import CInferenceKernels

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

    /// How many blocks the channels fill, the last one maybe in part.
    var blocks: Int { (channels + Layout.block - 1) / Layout.block }
}

/// How the numbers of an image lie in memory.
enum Layout: Hashable, Sendable {
    /// One plane per channel, each in a frame of zeros of some width.
    case planes(frame: Int)
    /// 16 channels of a pixel side by side, filled up with zeros.
    case blocks

    /// How many channels of a pixel lie side by side in blocks.
    static let block = 16

    /// Features, and what callers read and write.
    static let plain = Layout.planes(frame: 0)
}

/// What a kernel can read.
enum Wanted {
    case blocks
    /// Planes without frames.
    case plain
    /// Planes in frames of some width or more.
    case framed(Int)
    /// Planes, whatever their frames.
    case planes

    /// Whether a layout will do.
    func isMet(by layout: Layout) -> Bool {
        switch (self, layout) {
        case (.blocks, .blocks), (.planes, .planes): true
        case (.plain, .planes(let frame)): frame == 0
        case (.framed(let width), .planes(let frame)): frame >= width
        default: false
        }
    }

    /// The layout of a copy that will do.
    var layout: Layout {
        switch self {
        case .blocks: .blocks
        case .plain, .planes: .plain
        case .framed(let width): .planes(frame: width)
        }
    }
}

/// Where the numbers of a value lie in a buffer; all distances in floats.
struct Placement: Hashable, Sendable {
    let buffer: Int
    let layout: Layout
    /// From the start of the buffer to the first element.
    private(set) var start: Int
    let sample: Int
    let channel: Int
    let row: Int

    /// Planes or blocks one after the other.
    init(buffer: Int, _ size: ImageSize, _ layout: Layout = .plain) {
        self.buffer = buffer
        self.layout = layout
        switch layout {
        case .planes(let frame):
            row = size.width + 2 * frame
            channel = row * (size.height + 2 * frame)
            sample = channel * size.channels
            start = frame * (row + 1)
        case .blocks:
            row = size.width * Layout.block
            channel = row * size.height
            sample = channel * size.blocks
            start = 0
        }
    }

    /// The same from one of its channels on, the first of a block where it lies in blocks.
    func fromChannel(_ first: Int) -> Placement {
        var part = self
        part.start += (layout == .blocks ? first / Layout.block : first) * channel
        return part
    }

    /// Begins so many floats later.
    mutating func move(by floats: Int) { start += floats }

    /// The same from one of its blocks on.
    func fromBlock(_ first: Int) -> Placement { fromChannel(first * Layout.block) }

    /// How many floats a sample takes, or `nil` where that is no number.
    static func floatCount(_ size: ImageSize, _ layout: Layout) -> Int? {
        switch layout {
        case .planes(let frame):
            Shape(exactly: [size.channels, size.height + 2 * frame, size.width + 2 * frame])?
                .elementCount
        case .blocks:
            Shape(exactly: [size.blocks, size.height, size.width, Layout.block])?.elementCount
        }
    }

    /// The same as kernels read it, for a buffer that begins at an offset.
    func place(at offset: Int) -> inference_place {
        inference_place(start: offset + start, sample: sample, channel: channel, row: row)
    }
}
