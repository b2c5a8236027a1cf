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

    /// Elements beyond the edge are not there, so they do not count.
    func average(_ pooling: Program.Operation.Pooling) {
        let (source, result) = (operands[0], results[0])
        let x = source.floats
        result.store(
            (0..<result.shape.elementCount).map { position in
                let window = source.shape.positions(
                    of: pooling, at: result.shape.coordinates(of: position))
                return window.reduce(0) { $0 + Double(x[$1]) } / Double(window.count)
            })
    }

    func spread(_ pooling: Program.Operation.Pooling) {
        let (gradient, result) = (operands[0], results[0])
        let dy = gradient.floats
        var sums = result.zeros
        for position in dy.indices {
            let window = result.shape.positions(
                of: pooling, at: gradient.shape.coordinates(of: position))
            for covered in window { sums[covered] += Double(dy[position]) / Double(window.count) }
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
        let (size, stride) = (pooling.kernelSize, pooling.stride)
        let columns = window(x, size: size, stride: stride, along: self[3])
        return window(y, size: size, stride: stride, along: self[2]).flatMap { row in
            columns.map { ((sample * self[1] + channel) * self[2] + row) * self[3] + $0 }
        }
    }
}
