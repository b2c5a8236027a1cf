import BranchyCompute

extension ReferenceStep {
    /// Of equal elements the first in row-major order is the maximum; a NaN is larger than all.
    func pool(_ pooling: Program.Operation.Pooling) {
        let (source, result) = (operands[0], results[0])
        let (x, y) = (source.floats, result.floats)
        for position in y.indices {
            var best: Int?
            for candidate in source.shape.positions(
                of: pooling, at: result.shape.coordinates(of: position))
            {
                guard let current = best else {
                    best = candidate
                    continue
                }
                if !x[current].isNaN && !(x[candidate] <= x[current]) { best = candidate }
            }
            // A window always begins inside the source, so there is one.
            guard let best else { continue }
            y[position] = Float(pooling.activation.value(at: Double(x[best])))
            if results.count > 1 { results[1].integers[position] = Int32(best) }
        }
    }

    /// The selection holds positions in the whole source, so the derivatives only need adding.
    func scatterToSelection() {
        let (selection, dy) = (operands[0].integers, operands[1].floats)
        var sums = results[0].zeros
        for position in dy.indices { sums[Int(selection[position])] += Double(dy[position]) }
        results[0].store(sums)
    }

    func average(_ pooling: Program.Operation.Pooling) {
        let (source, result) = (operands[0], results[0])
        let x = source.floats
        result.store(
            (0..<result.shape.elementCount).map { position in
                let coordinates = result.shape.coordinates(of: position)
                let sum = source.shape.positions(of: pooling, at: coordinates)
                    .reduce(0) { $0 + Double(x[$1]) }
                return sum / source.shape.divisor(of: pooling, at: coordinates)
            })
    }

    func spread(_ pooling: Program.Operation.Pooling) {
        let (gradient, result) = (operands[0], results[0])
        let dy = gradient.floats
        var sums = result.zeros
        for position in dy.indices {
            let coordinates = gradient.shape.coordinates(of: position)
            let divisor = result.shape.divisor(of: pooling, at: coordinates)
            for covered in result.shape.positions(of: pooling, at: coordinates) {
                sums[covered] += Double(dy[position]) / divisor
            }
        }
        result.store(sums)
    }

    func averageChannels() {
        let (x, result) = (operands[0].floats, results[0])
        let area = x.count / result.shape.elementCount
        result.store(
            (0..<result.shape.elementCount).map { channel in
                let pixels = x[channel * area..<(channel + 1) * area]
                return pixels.reduce(0) { $0 + Double($1) } / Double(area)
            })
    }

    func spreadOverChannels() {
        let (dy, result) = (operands[0].floats, results[0])
        let area = result.shape.elementCount / dy.count
        result.store((0..<result.shape.elementCount).map { Double(dy[$0 / area]) / Double(area) })
    }
}

extension Shape {
    /// The positions in a source of this shape that one window covers, in row-major order.
    fileprivate func positions(
        of pooling: Program.Operation.Pooling, at coordinates: (Int, Int, Int, Int)
    ) -> [Int] {
        let (sample, channel, y, x) = coordinates
        let (rows, columns) = (pooling.rows(at: y), pooling.columns(at: x))
        return rows.clamped(to: 0..<self[2]).flatMap { row in
            columns.clamped(to: 0..<self[3]).map {
                ((sample * self[1] + channel) * self[2] + row) * self[3] + $0
            }
        }
    }

    /// How many elements the mean of one window is over: those of the source, and of the padding
    /// where it counts. What lies beyond the padding is not there.
    fileprivate func divisor(
        of pooling: Program.Operation.Pooling, at coordinates: (Int, Int, Int, Int)
    ) -> Double {
        let padding = pooling.countsPadding ? pooling.padding : 0
        let rows = pooling.rows(at: coordinates.2)
            .clamped(to: -padding.top..<self[2] + padding.bottom)
        let columns = pooling.columns(at: coordinates.3)
            .clamped(to: -padding.left..<self[3] + padding.right)
        return Double(rows.count * columns.count)
    }
}

extension Program.Operation.Pooling {
    /// The rows that a window covers, counted from the source's first.
    fileprivate func rows(at index: Int) -> Range<Int> {
        let top = index * stride.height - padding.top
        return top..<top + kernelSize.height
    }

    fileprivate func columns(at index: Int) -> Range<Int> {
        let left = index * stride.width - padding.left
        return left..<left + kernelSize.width
    }
}
