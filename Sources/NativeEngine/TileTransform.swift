/// The transform of a convolution's weights for results in tiles: `U = G·g·Gᵀ`.
///
/// Row `p` of `G` evaluates the kernel, taken for a polynomial, at the tile's point `p`, over the
/// product of that point's distances to the others; the last point is infinity. Kernels transform
/// source and results by the same points.
///
/// References: Lavin, Gray, *Fast Algorithms for Convolutional Neural Networks*, CVPR 2016, section
/// 4; Winograd, *Arithmetic Complexity of Computations*, 1980.
struct TileTransform: Sendable {
    /// Rows of `G`, one behind the other: one per point, as long as the kernel.
    let rows: [Double]
    /// Points: the pixels along a side of a tile of the source.
    let side: Int

    var positionCount: Int { side * side }

    /// - Parameters:
    ///   - kernelSize: 3 or 5; 4 along lines.
    ///   - tileSize: results along a side of a tile: 2, or 4 where the kernel is not 5x5.
    init(kernelSize: Int, tileSize: Int) {
        let finite = kernelSize + tileSize - 2
        let points = finite == 3 ? [0, 1, -1] : Array([0, 0.625, -0.625, 1.5, -1.5, 1][..<finite])
        var rows = points.map { point in
            let distances = points.filter { $0 != point }.reduce(1) { $0 * (point - $1) }
            var row = [1 / distances]
            for _ in 1..<kernelSize { row.append(row[row.count - 1] * point) }
            return row
        }
        rows.append((1...kernelSize).map { $0 == kernelSize ? 1 : 0 })
        self.rows = rows.flatMap(\.self)
        side = rows.count
    }
}
