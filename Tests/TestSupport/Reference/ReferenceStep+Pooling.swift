import Compute

extension ReferenceStep {
    /// Of equal elements the first in row-major order is the maximum; a NaN is larger than all.
    func pool(_ pooling: Operation.Pooling) {
        let (source, result) = (operands[0], results[0])
        let (x, y) = (source.floats, result.floats)
        for position in y.indices {
            var best: Int?
            for candidate in positions(of: pooling, at: position) {
                guard let current = best else {
                    best = candidate
                    continue
                }
                if !x[current].isNaN && !(x[candidate] <= x[current]) { best = candidate }
            }
            // A window always begins inside the source, so there is one.
            guard let best else { continue }
            let isCut = pooling.activation == .relu && x[best] < 0
            y[position] = isCut ? 0 : x[best]
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

    /// The positions in the source that one window covers, in row-major order.
    private func positions(of pooling: Operation.Pooling, at position: Int) -> [Int] {
        let shape = operands[0].shape
        let (sample, channel, y, x) = results[0].shape.coordinates(of: position)
        let (height, width) = (shape[2], shape[3])
        let (size, stride) = (pooling.kernelSize, pooling.stride)
        let columns = window(x, size: size, stride: stride, along: width)
        return window(y, size: size, stride: stride, along: height).flatMap { row in
            columns.map { ((sample * shape[1] + channel) * height + row) * width + $0 }
        }
    }
}
