/// How a picture lies in its file, as cameras note it: what a reader has to do to set it upright
/// (tag 0x0112 of Exif 2.32, by its numbers).
public enum ImageOrientation: Int, CaseIterable, Hashable, Sendable {
    /// Nothing.
    case up = 1
    /// Mirror left and right.
    case upMirrored = 2
    /// Turn by 180 degrees.
    case down = 3
    /// Mirror top and bottom.
    case downMirrored = 4
    /// Exchange rows and columns.
    case leftMirrored = 5
    /// Turn clockwise by 90 degrees.
    case right = 6
    /// Exchange rows and columns, then turn by 180 degrees.
    case rightMirrored = 7
    /// Turn counterclockwise by 90 degrees.
    case left = 8

    /// Whether rows become columns.
    public var exchangesSides: Bool { rawValue >= 5 }
    /// Whether a row of the upright picture runs against the direction in the file.
    var runsAgainstRows: Bool { [.upMirrored, .down, .right, .rightMirrored].contains(self) }
    /// Whether a column of the upright picture runs against the direction in the file.
    var runsAgainstColumns: Bool {
        [.down, .downMirrored, .rightMirrored, .left].contains(self)
    }
}

/// A way to go through the pixels of a picture as it lies, so that they come upright.
struct UprightOrder {
    let width: Int
    let height: Int
    /// Where the first pixel lies, and how far it is to the next one in a row and in a column.
    private let first: Int
    private let toRight: Int
    private let toBelow: Int

    /// - Parameters:
    ///   - width: of the picture as it lies, and so the height.
    init(_ orientation: ImageOrientation, width: Int, height: Int) {
        let exchanges = orientation.exchangesSides
        (self.width, self.height) = exchanges ? (height, width) : (width, height)
        let right = exchanges ? width : 1
        let below = exchanges ? 1 : width
        toRight = orientation.runsAgainstRows ? -right : right
        toBelow = orientation.runsAgainstColumns ? -below : below
        first =
            (orientation.runsAgainstRows ? (self.width - 1) * right : 0)
            + (orientation.runsAgainstColumns ? (self.height - 1) * below : 0)
    }

    /// So many rows and columns are copied at once: where sides are exchanged, lines of the
    /// processor's cache are used whole.
    private static let block = 32

    /// Copies a picture's pixels.
    ///
    /// - Precondition: there are as many as width and height say.
    func applied<Pixel: BitwiseCopyable>(to pixels: UnsafeBufferPointer<Pixel>) -> [Pixel] {
        precondition(pixels.count == width * height)
        return [Pixel](unsafeUninitializedCapacity: pixels.count) { upright, count in
            // Safety: first, toRight and toBelow reach each of the pixels once, and each place of
            // the result is written once.
            for top in stride(from: 0, to: height, by: Self.block) {
                for left in stride(from: 0, to: width, by: Self.block) {
                    for row in top..<min(top + Self.block, height) {
                        let start = first + row * toBelow
                        for column in left..<min(left + Self.block, width) {
                            upright.initializeElement(
                                at: row * width + column, to: pixels[start + column * toRight])
                        }
                    }
                }
            }
            count = width * height
        }
    }
}
