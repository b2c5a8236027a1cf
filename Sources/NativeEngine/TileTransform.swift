import Compute

/// The transform of a convolution's weights for results in tiles of 2x2: `U = G·g·Gᵀ`.
///
/// Row `p` of `G` evaluates the kernel, taken for a polynomial, at the tile's point `p`, over the
/// product of that point's distances to the others; the last point is infinity. Kernels transform
/// source and results by the same points.
///
/// References: Lavin, Gray, *Fast Algorithms for Convolutional Neural Networks*, CVPR 2016, section
/// 4; Winograd, *Arithmetic Complexity of Computations*, 1980.
struct TileTransform {
    /// Rows of `G`: one per point, as long as the kernel.
    private let rows: [[Double]]

    /// The points but infinity, and what their rows are multiplied by, for kernels of 3 and 5.
    private static let points: [Int: [(point: Double, scale: Double)]] = [
        3: [(0, 1), (1, 0.5), (-1, 0.5)],
        5: [(0, 0.25), (1, -1.0 / 6), (-1, -1.0 / 6), (2, 1.0 / 24), (-2, 1.0 / 24)],
    ]

    /// - Parameter kernelSize: 3 or 5.
    init(kernelSize: Int) {
        let powers = 0..<kernelSize
        var rows: [[Double]] = []
        for (point, scale) in Self.points[kernelSize] ?? [] {
            var row = [scale]
            for _ in powers.dropFirst() { row.append((row.last ?? 0) * point) }
            rows.append(row)
        }
        rows.append(powers.map { $0 == kernelSize - 1 ? 1 : 0 })
        self.rows = rows
    }

    /// A kernel, row by row, transformed to all positions of a tile, row by row.
    func apply(to kernel: ArraySlice<Float>) -> [Double] {
        let size = rows[0].count
        let taps = kernel.map(Double.init)
        let half = rows.map { row in
            (0..<size).map { column in
                (0..<size).reduce(0) { $0 + row[$1] * taps[$1 * size + column] }
            }
        }
        return half.flatMap { line in
            rows.map { row in (0..<size).reduce(0) { $0 + row[$1] * line[$1] } }
        }
    }
}
