package import BranchyCompute
import CImageCodecs

/// Decodes small PNG files of the plainest kind into memory that is used again.
///
/// The plainest kind is gray or RGB of 8 bits, not interlaced, without transparency, palette or
/// gamma. libpng makes and takes down what it needs for each file, which costs more than decoding
/// an image of a few hundred pixels; here only zlib's state is kept. Whatever is not plain or not
/// right is left to ``EncodedImage``, which reads all kinds and says what is wrong: what is decoded
/// here, it decodes to the same pixels.
package struct PlainPNGDecoder: ~Copyable {
    private let shape: Shape
    private let rowByteCount: Int
    private let inflater: Inflater
    /// Each row behind the byte of its filter, red, green and blue side by side.
    private var rows: [UInt8]
    /// What is above the first row.
    private let nothing: [UInt8]

    /// A decoder of images of one shape, or `nil` where no file of this shape is plain.
    package init?(shape: Shape) {
        guard shape.rank == 3, [1, 3].contains(shape[0]),
            (1...Self.largestSide).contains(shape[1]), (1...Self.largestSide).contains(shape[2]),
            let inflater = Inflater()
        else { return nil }
        self.shape = shape
        self.inflater = inflater
        rowByteCount = 1 + shape[2] * shape[0]
        rows = [UInt8](repeating: 0, count: shape[1] * rowByteCount)
        nothing = [UInt8](repeating: 0, count: rowByteCount)
    }

    private static let largestSide = 1024

    /// Decodes a file to `[C, H, W]`.
    ///
    /// - Parameters:
    ///   - file: begins as PNG files do (``ImageFormat``), which is not looked at again.
    ///   - pixels: as many as the shape has.
    /// - Returns: whether the file was plain and of the decoder's shape; if not, the pixels mean
    ///   nothing.
    package mutating func decode(_ file: Span<UInt8>, into pixels: inout [UInt8]) -> Bool {
        guard pixels.count == shape.elementCount, inflateRows(of: file), restoreRows() else {
            return false
        }
        separateChannels(into: &pixels)
        return true
    }
}

// MARK: - Chunks

extension PlainPNGDecoder {
    private mutating func inflateRows(of file: Span<UInt8>) -> Bool {
        guard let header = PNGChunk(in: file, at: ImageFormat.pngSignature.count),
            isPlain(header, file)
        else { return false }
        inflater.begin()
        var (filled, position) = (0, header.end)
        var dataEnd: Int?
        while let chunk = PNGChunk(in: file, at: position) {
            switch chunk.kind {
            case .header: return false
            case .data:
                // Chunks of data stand one after the other, and nothing follows the image in them.
                guard dataEnd ?? position == position, !inflater.isAtEnd,
                    dataEnd != nil || hasWholeWindow(chunk, file),
                    let count = inflater.inflate(file.extracting(chunk.data), to: &rows, at: filled)
                else { return false }
                filled += count
                dataEnd = chunk.end
            case .colorSpace, .density, .text, .time: break
            case .end:
                return chunk.data.isEmpty && inflater.isAtEnd && filled == rows.count
            }
            position = chunk.end
        }
        return false
    }

    /// Whether the stream says that it looks back as far as it may. libpng keeps no more of what
    /// came before than a stream says, and refuses one that then looks back further.
    private func hasWholeWindow(_ chunk: PNGChunk, _ file: Span<UInt8>) -> Bool {
        guard !chunk.data.isEmpty else { return false }
        let window = 256 << Int(file[chunk.data.lowerBound] >> 4)
        return window >= min(rows.count, 1 << 15)
    }

    private func isPlain(_ header: PNGChunk, _ file: Span<UInt8>) -> Bool {
        let start = header.data.lowerBound
        return header.kind == .header && header.data.count == 13
            && PNGChunk.number(in: file, at: start) == shape[2]
            && PNGChunk.number(in: file, at: start + 4) == shape[1]
            && file[start + 8] == 8 && file[start + 9] == (shape[0] == 1 ? 0 : 2)
            && file[start + 10] == 0 && file[start + 11] == 0 && file[start + 12] == 0
    }
}

// MARK: - Rows

extension PlainPNGDecoder {
    /// Adds to each byte what its row's filter took away.
    private mutating func restoreRows() -> Bool {
        let (channels, length, nothing) = (shape[0], rowByteCount, nothing)
        return nothing.withUnsafeBufferPointer { nothing in
            rows.withUnsafeMutableBufferPointer { rows in
                // Safety: a row and the one above it lie within the memory; above the first one are
                // as many zeros as a row is long.
                guard let first = rows.baseAddress, var above = nothing.baseAddress else {
                    return false
                }
                for start in stride(from: 0, to: rows.count, by: length) {
                    let row = Row(
                        bytes: first + start + 1, above: above, count: length - 1, channels)
                    switch rows[start] {
                    case 0: break
                    case 1: row.restore { left, _, _ in left }
                    case 2: row.restore { _, above, _ in above }
                    case 3: row.restore { left, above, _ in (left + above) / 2 }
                    case 4: row.restore(Self.nearest)
                    default: return false
                    }
                    above = UnsafePointer(row.bytes)
                }
                return true
            }
        }
    }

    /// Whichever of left, above and above left is closest to left + above - above left.
    @inline(__always)
    private static func nearest(_ left: Int32, _ above: Int32, _ corner: Int32) -> Int32 {
        let toLeft = abs(above - corner)
        let toAbove = abs(left - corner)
        let toCorner = abs(left + above - 2 * corner)
        if toLeft <= toAbove && toLeft <= toCorner { return left }
        return toAbove <= toCorner ? above : corner
    }

    private func separateChannels(into pixels: inout [UInt8]) {
        let (channels, height, width) = (shape[0], shape[1], shape[2])
        let length = rowByteCount
        precondition(
            rows.count == height * length && pixels.count == channels * height * width)
        rows.withUnsafeBufferPointer { rows in
            pixels.withUnsafeMutableBufferPointer { pixels in
                // Safety: the precondition makes both as large as the loops go.
                guard let source = rows.baseAddress, let target = pixels.baseAddress else { return }
                for row in 0..<height {
                    let first = source + row * length + 1
                    if channels == 1 {
                        (target + row * width).update(from: first, count: width)
                        continue
                    }
                    for channel in 0..<channels {
                        let line = target + (channel * height + row) * width
                        for column in 0..<width {
                            line[column] = first[column * channels + channel]
                        }
                    }
                }
            }
        }
    }
}

/// A row that is being restored, and the one above it, which is.
private struct Row {
    let bytes: UnsafeMutablePointer<UInt8>
    let above: UnsafePointer<UInt8>
    let count: Int
    /// How many bytes further left the byte of the same channel is.
    let distance: Int

    init(
        bytes: UnsafeMutablePointer<UInt8>, above: UnsafePointer<UInt8>, count: Int,
        _ channels: Int
    ) {
        (self.bytes, self.above, self.count, distance) = (bytes, above, count, channels)
    }

    /// Adds a prediction to each byte; left of the first pixel everything is 0.
    @inline(__always)
    func restore(_ prediction: (_ left: Int32, _ above: Int32, _ corner: Int32) -> Int32) {
        for place in 0..<distance { add(prediction(0, Int32(above[place]), 0), at: place) }
        for place in distance..<count {
            let (left, corner) = (bytes[place - distance], above[place - distance])
            add(prediction(Int32(left), Int32(above[place]), Int32(corner)), at: place)
        }
    }

    @inline(__always)
    private func add(_ number: Int32, at place: Int) {
        bytes[place] &+= UInt8(truncatingIfNeeded: number)
    }
}
