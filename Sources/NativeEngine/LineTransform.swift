/// The transform of a row of seven taps for `convolution_by_lines`: a number per position, the sum of
/// its row's products with the taps.
///
/// The even taps and the odd ones are polynomials of their own, evaluated as those of a
/// ``TileTransform`` are; kernels want the point at infinity before the one that only even taps have.
struct LineTransform: Sendable {
    /// Taps of a row.
    static let tapCount = 7

    /// A row per position, one behind the other, as long as there are taps.
    let rows: [Double]

    var positionCount: Int { rows.count / Self.tapCount }

    init() {
        var even = Self.spread(TileTransform(kernelSize: 4, tileSize: 4), firstTap: 0)
        even.swapAt(even.count - 2, even.count - 1)
        let odd = Self.spread(TileTransform(kernelSize: 3, tileSize: 4), firstTap: 1)
        rows = (even + odd).flatMap(\.self)
    }

    /// The rows of a transform of every second tap, with zeros for the taps between.
    private static func spread(_ transform: TileTransform, firstTap: Int) -> [[Double]] {
        let taps = transform.rows.count / transform.side
        return (0..<transform.side).map { row in
            var spread = [Double](repeating: 0, count: tapCount)
            for tap in 0..<taps {
                spread[firstTap + 2 * tap] = transform.rows[row * taps + tap]
            }
            return spread
        }
    }
}
