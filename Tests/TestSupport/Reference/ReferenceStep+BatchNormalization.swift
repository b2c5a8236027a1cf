import BranchyCompute

extension ReferenceStep {
    func normalize(_ normalization: Program.Operation.BatchNormalization) {
        let (source, weight, bias) = (operands[0], operands[1].floats, operands[2].floats)
        let x = source.floats
        var normalized = results[0].zeros
        for channel in weight.indices {
            let positions = source.positions(ofChannel: channel)
            let moments = moments(of: channel, at: positions, normalization.statistics)
            let scale = Double(weight[channel]) / moments.deviation(normalization.epsilon)
            for position in positions {
                let sum = (Double(x[position]) - moments.mean) * scale + Double(bias[channel])
                normalized[position] = normalization.activation.value(at: sum)
            }
        }
        results[0].store(normalized)
        if results.count > 3 {
            let (y, selection) = (results[0].floats, results[3].integers)
            let activation = normalization.activation
            for position in y.indices {
                let slope = activation?.derivative(known: Double(y[position])) ?? 1
                selection[position] = slope == 0 ? 0 : 1
            }
        }
    }

    /// Those of the batch go through mean and variance too, so the derivatives of a channel's
    /// elements sum to zero. Both are computed once more: the operands lost bits when they became
    /// floats.
    func differentiate(_ normalization: Program.Operation.BatchNormalization) {
        let isGiven = normalization.statistics == .given
        let (x, weight) = (operands[0].floats, operands[1].floats)
        let dy = gradientBeforeActivation
        var (bySource, byWeight, byBias) = (results[0].zeros, results[1].zeros, results[2].zeros)
        for channel in weight.indices {
            let positions = operands[0].positions(ofChannel: channel)
            let moments =
                isGiven
                ? Moments(
                    mean: Double(operands[2].floats[channel]),
                    variance: Double(operands[3].floats[channel]))
                : Moments(of: positions.map { Double(x[$0]) })
            let deviation = moments.deviation(normalization.epsilon)
            let normalized = positions.map { (Double(x[$0]) - moments.mean) / deviation }
            byBias[channel] = positions.reduce(0) { $0 + dy[$1] }
            byWeight[channel] = zip(positions, normalized).reduce(0) { $0 + dy[$1.0] * $1.1 }
            for (position, x) in zip(positions, normalized) {
                let mean =
                    isGiven
                    ? 0 : (byBias[channel] + x * byWeight[channel]) / Double(positions.count)
                bySource[position] = Double(weight[channel]) / deviation * (dy[position] - mean)
            }
        }
        for (result, sums) in zip(results, [bySource, byWeight, byBias]) { result.store(sums) }
    }

    private var gradientBeforeActivation: [Double] {
        let dy = operands[4].floats.map(Double.init)
        guard operands.count > 5 else { return dy }
        return zip(dy, operands[5].integers).map { $1 == 0 ? 0 : $0 }
    }

    /// The moments of one channel: those that are given, or the batch's, which become results.
    private func moments(
        of channel: Int, at positions: [Int],
        _ statistics: Program.Operation.BatchNormalization.Statistics
    ) -> Moments {
        switch statistics {
        case .given:
            return Moments(
                mean: Double(operands[3].floats[channel]),
                variance: Double(operands[4].floats[channel]))
        case .batch:
            let x = operands[0].floats
            let moments = Moments(of: positions.map { Double(x[$0]) })
            results[1].floats[channel] = Float(moments.mean)
            results[2].floats[channel] = Float(moments.variance)
            return moments
        }
    }
}

/// Mean and biased variance of a channel.
private struct Moments {
    let mean: Double
    let variance: Double

    func deviation(_ epsilon: Float) -> Double { (variance + Double(epsilon)).squareRoot() }
}

extension Moments {
    fileprivate init(of numbers: [Double]) {
        let count = Double(numbers.count)
        let mean = numbers.reduce(0, +) / count
        self.init(
            mean: mean,
            variance: numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count)
    }
}

extension ReferenceValue {
    /// Where the elements of one channel of all samples lie.
    fileprivate func positions(ofChannel channel: Int) -> [Int] {
        let area = shape[2] * shape[3]
        return (0..<shape[0]).flatMap { sample in
            let start = (sample * shape[1] + channel) * area
            return start..<start + area
        }
    }
}
