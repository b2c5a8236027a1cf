/// A rectangle of pixels.
public struct ImageRegion: Hashable, Sendable {
    /// The first row, counted from 0.
    public var top: Int
    /// The first column, counted from 0.
    public var left: Int
    /// How many rows.
    public var height: Int
    /// How many columns.
    public var width: Int

    /// Names a rectangle.
    public init(top: Int, left: Int, height: Int, width: Int) {
        (self.top, self.left, self.height, self.width) = (top, left, height, width)
    }

    /// Whether it has pixels, and all of them lie in a picture of a size.
    func isInside(height: Int, width: Int) -> Bool {
        // Subtracted rather than added, which could overflow.
        top >= 0 && left >= 0 && self.height > 0 && self.width > 0 && self.height <= height
            && self.width <= width && top <= height - self.height && left <= width - self.width
    }

    /// The rows and columns of a picture that lie in the rectangle.
    func overlap(height: Int, width: Int) -> (rows: Range<Int>, columns: Range<Int>) {
        (
            Self.overlap(top, self.height, with: height),
            Self.overlap(left, self.width, with: width)
        )
    }

    private static func overlap(_ start: Int, _ count: Int, with side: Int) -> Range<Int> {
        guard count > 0, start < side, start > -count else { return 0..<0 }
        // Neither sum nor difference can overflow.
        if start < 0 { return 0..<min(count + start, side) }
        return start..<(count < side - start ? start + count : side)
    }
}
