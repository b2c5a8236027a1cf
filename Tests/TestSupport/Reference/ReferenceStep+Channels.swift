import BranchyCompute

/// What joins images, shares their channels out, or deals them anew.
extension ReferenceStep {
    /// A second factor of one pixel is one number for all pixels of its channel.
    func multiply() {
        let (x, y, result) = (operands[0].floats, operands[1].floats, results[0].floats)
        let area = max(x.count / max(y.count, 1), 1)
        for index in result.indices {
            result[index] = Float(Double(x[index]) * Double(y[index / area]))
        }
    }

    /// The derivative by such a factor.
    func sumProducts() {
        let (x, dy, result) = (operands[0].floats, operands[1].floats, results[0])
        let area = x.count / result.shape.elementCount
        var sums = result.zeros
        for index in x.indices { sums[index / area] += Double(x[index]) * Double(dy[index]) }
        result.store(sums)
    }

    func concatenate() {
        var first = 0
        for operand in operands {
            copy(operand, 0, to: results[0], first, count: operand.shape[1])
            first += operand.shape[1]
        }
    }

    func select(_ range: Range<Int>) {
        copy(operands[0], range.lowerBound, to: results[0], 0, count: range.count)
    }

    func shuffle(_ groups: Int) {
        let perGroup = operands[0].shape[1] / groups
        for group in 0..<groups {
            for index in 0..<perGroup {
                copy(
                    operands[0], group * perGroup + index, to: results[0], index * groups + group,
                    count: 1)
            }
        }
    }

    /// Copies neighbouring channels of every sample.
    private func copy(
        _ source: ReferenceValue, _ first: Int, to target: ReferenceValue, _ place: Int, count: Int
    ) {
        let area = source.shape[2] * source.shape[3]
        let (x, y) = (source.floats, target.floats)
        for sample in 0..<source.shape[0] {
            let from = (sample * source.shape[1] + first) * area
            let to = (sample * target.shape[1] + place) * area
            for index in 0..<count * area { y[to + index] = x[from + index] }
        }
    }
}
