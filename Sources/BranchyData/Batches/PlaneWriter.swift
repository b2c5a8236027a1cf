/// Turns one channel of one image into floats, by a table of what each of the 256 pixel values
/// becomes.
struct PlaneWriter {
    let height: Int
    let width: Int

    /// Writes the pixels as a variation has them, with what pixel 0 becomes where none moved to.
    func write(
        _ pixels: Span<UInt8>, through table: Span<Float>,
        varied variation: Augmentation.Variation, to floats: inout MutableSpan<Float>,
        at start: Int
    ) {
        let columns = covered(by: variation.columns, of: width)
        let rows = covered(by: variation.rows, of: height)
        // Where the moved pixels come to stand: on the other side, once they are mirrored.
        let places =
            variation.isMirrored
            ? width - columns.upperBound..<width - columns.lowerBound : columns
        for row in 0..<height {
            let line = start + row * width
            guard rows.contains(row), !columns.isEmpty else {
                fill(line..<line + width, of: &floats, with: table[0])
                continue
            }
            let first = (row - variation.rows) * width + columns.lowerBound - variation.columns
            let moved = line + places.lowerBound..<line + places.upperBound
            fill(line..<moved.lowerBound, of: &floats, with: table[0])
            copy(
                pixels.extracting(first..<first + moved.count), through: table,
                mirrored: variation.isMirrored, to: &floats, at: moved.lowerBound)
            fill(moved.upperBound..<line + width, of: &floats, with: table[0])
        }
    }

    /// Which positions of a line have a pixel once all have moved by `distance`.
    private func covered(by distance: Int, of length: Int) -> Range<Int> {
        let first = min(max(0, distance), length)
        let end = max(first, min(length, length + distance))
        return first..<end
    }

    private func fill(
        _ range: Range<Int>, of floats: inout MutableSpan<Float>, with black: Float
    ) {
        for position in range {
            floats[position] = black
        }
    }

    private func copy(
        _ pixels: Span<UInt8>, through table: Span<Float>, mirrored isMirrored: Bool,
        to floats: inout MutableSpan<Float>, at start: Int
    ) {
        precondition(table.count == 256 && start >= 0 && pixels.count <= floats.count - start)
        let last = pixels.count - 1
        // Safety: the line above keeps all positions within their spans, and the table has an
        // entry for each byte. Checking every pixel again would cost half of the loop.
        for position in 0..<pixels.count {
            let pixel = Int(pixels[unchecked: isMirrored ? last - position : position])
            floats[unchecked: start + position] = table[unchecked: pixel]
        }
    }
}
