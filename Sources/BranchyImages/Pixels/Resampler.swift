import BranchyNet
import CImageKernels

/// Resizes pictures as Pillow does: along the rows first, to whole bytes, then along the columns; the
/// other way round where rows are to become much fewer (``ImageFraming/takesRowsFirst``).
///
/// Only what is asked for of the result is computed, row by row, so that a picture of any height
/// takes little memory and what is kept stays in the processor's cache.
struct Resampler {
    private let columns: ResamplingWeights
    private let rows: ResamplingWeights
    private let framing: ImageFraming

    /// - Parameters:
    ///   - framing: what becomes of the picture, in its own pixels.
    ///   - source: how the picture was made smaller before, if it was.
    init(
        _ framing: ImageFraming, of source: ReducedSize,
        _ interpolation: ImageGeometry.Interpolation
    ) {
        self.framing = framing
        columns = ResamplingWeights(
            source.columns.part(framing.columns.source), to: framing.columns.length,
            window: framing.columns.window, sourceLength: source.columns.length, interpolation)
        rows = ResamplingWeights(
            source.rows.part(framing.rows.source), to: framing.rows.length,
            window: framing.rows.window, sourceLength: source.rows.length, interpolation)
    }

    /// The planes of the result: three of colours, or one of grays.
    ///
    /// - Parameters:
    ///   - bytes: a picture of the size that the resampler was made for.
    ///   - bytesPerPixel: 1, or 4 of which the last does not count.
    ///   - width: the picture's.
    ///   - isMirrored: whether left and right are exchanged in the result.
    func planes(
        of bytes: UnsafeBufferPointer<UInt8>, bytesPerPixel: Int, width: Int,
        isMirrored: Bool = false
    ) -> [UInt8] {
        precondition(width >= columns.end && bytes.count >= rows.end * width * bytesPerPixel)
        let source = PixelRows(bytes, bytesPerPixel: bytesPerPixel, width: width)
        var result = PlaneWriter(framing, bytesPerPixel: bytesPerPixel, isMirrored: isMirrored)
        if framing.takesRowsFirst {
            summingRowsFirst(source) { result.write($1, row: $0) }
        } else {
            summingColumnsFirst(source) { result.write($1, row: $0) }
        }
        return result.planes
    }

    /// Keeps the rows of a sum in a ring, each made as wide as the result.
    private func summingColumnsFirst(
        _ source: PixelRows, _ body: (_ row: Int, _ line: UnsafeBufferPointer<UInt8>) -> Void
    ) {
        let rowByteCount = framing.columns.window.count * source.bytesPerPixel
        let capacity = rows.largestCount
        withScratch(capacity * rowByteCount) { ring in
            withScratch(rowByteCount) { line in
                let ringRows = image_rows(
                    memory: ring.baseAddress, capacity: capacity, row_bytes: rowByteCount)
                var next = 0
                for row in 0..<rows.count {
                    let needed = rows.range(row)
                    for line in max(next, needed.lowerBound)..<max(next, needed.upperBound) {
                        // Safety: the ring has as many rows as the longest sum.
                        let place = line % capacity * rowByteCount
                        columns.sumColumns(
                            source, row: line,
                            into: UnsafeMutableBufferPointer(
                                rebasing: ring[place..<place + rowByteCount]))
                    }
                    next = max(next, needed.upperBound)
                    rows.sumRows(row, of: ringRows, into: line)
                    body(framing.rows.offset + row, UnsafeBufferPointer(line))
                }
            }
        }
    }

    /// Makes one row of each sum, as wide as the picture, and of that one of the result.
    private func summingRowsFirst(
        _ source: PixelRows, _ body: (_ row: Int, _ line: UnsafeBufferPointer<UInt8>) -> Void
    ) {
        withScratch(source.rowByteCount) { sum in
            withScratch(framing.columns.window.count * source.bytesPerPixel) { line in
                let sumRow = PixelRows(
                    UnsafeBufferPointer(sum), bytesPerPixel: source.bytesPerPixel,
                    width: source.width)
                for row in 0..<rows.count {
                    rows.sumRows(row, of: source.kernelRows, into: sum)
                    columns.sumColumns(sumRow, row: 0, into: line)
                    body(framing.rows.offset + row, UnsafeBufferPointer(line))
                }
            }
        }
    }

    private func withScratch(_ byteCount: Int, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Void)
    {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: byteCount) { memory in
            memory.initialize(repeating: 0)
            body(memory)
        }
    }
}

/// Writes rows of pixels into planes.
private struct PlaneWriter {
    private(set) var planes: [UInt8]
    private let bytesPerPixel: Int
    private let planeCount: Int
    private let height: Int
    private let width: Int
    private let offset: Int
    private let isMirrored: Bool

    init(_ framing: ImageFraming, bytesPerPixel: Int, isMirrored: Bool) {
        self.bytesPerPixel = bytesPerPixel
        self.isMirrored = isMirrored
        planeCount = bytesPerPixel == 1 ? 1 : 3
        (height, width) = (framing.rows.result, framing.columns.result)
        offset = framing.columns.offset
        planes = [UInt8](repeating: 0, count: planeCount * height * width)
    }

    mutating func write(_ line: UnsafeBufferPointer<UInt8>, row: Int) {
        let count = line.count / bytesPerPixel
        precondition(row < height && offset + count <= width)
        let first = row * width + (isMirrored ? width - 1 - offset : offset)
        let (step, bytesPerPixel) = (isMirrored ? -1 : 1, bytesPerPixel)
        planes.withUnsafeMutableBufferPointer { planes in
            guard let target = planes.baseAddress, let source = line.baseAddress else { return }
            // Safety: within a row of a plane, as checked above; and as many pixels as the line has.
            for plane in 0..<planeCount {
                let row = target + (plane * height * width + first)
                for column in 0..<count {
                    row[step &* column] = source[column &* bytesPerPixel &+ plane]
                }
            }
        }
    }
}
