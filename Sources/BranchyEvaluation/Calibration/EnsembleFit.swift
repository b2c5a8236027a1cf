public import BranchyData
public import BranchyNet
import RealModule

extension ExitEnsemble {
    /// How much of a prior the weights have: that of one image beside those that are fitted to.
    fileprivate static let ridge = 1.0

    /// The weights under which the right classes of validation images are most probable, of each
    /// early exit by itself. The negative log-likelihood is convex in them.
    ///
    /// - Parameter record: with logits.
    /// - Throws: ``CalibrationError`` where there are too few images, or logits that are no numbers.
    /// - Precondition: the record has logits.
    public init(fittedTo record: ExitRecord<ValidationSplit>) throws(CalibrationError) {
        precondition(record.hasLogits, "something to weigh")
        try record.checkFitting("an ensemble's weights")
        self.init(weights: (0..<record.exitCount - 1).map { record.ensembleWeights(ofExit: $0) })
    }
}

extension ExitRecord<ValidationSplit> {
    fileprivate func ensembleWeights(ofExit exit: Int) -> [Float] {
        // The exit alone, as without an ensemble.
        let alone = (0...exit).map { $0 == exit ? 1.0 : 0 }
        let weights = NewtonFit.minimum(from: alone, ridge: ExitEnsemble.ridge) { weights in
            var point = NewtonFit.Point(weightCount: weights.count)
            for sample in labels.indices { add(sample, weights, to: &point) }
            return point
        }
        return weights.map { Float($0) }
    }

    /// Adds the negative log-likelihood of a sample's class; its gradient is what the softmax
    /// expects of each exit's logits less those of the class, its Hessian their covariance.
    private func add(_ sample: Int, _ weights: [Double], to point: inout NewtonFit.Point) {
        let exits = weights.indices.map { exit in logits(sample, exit).map { Double($0) } }
        var sums = [Double](repeating: 0, count: classCount)
        for (weight, logits) in zip(weights, exits) {
            for index in sums.indices { sums[index] += weight * logits[index] }
        }
        let largest = sums.max() ?? 0
        let exponentials = sums.map { Double.exp($0 - largest) }
        let total: Double = exponentials.reduce(0, +)
        let label = labels[sample]
        point.value += Double.log(total) + largest - sums[label]
        let probabilities = exponentials.map { $0 / total }
        let means: [Double] = exits.map { Self.product(probabilities, $0) }
        for (one, own) in exits.enumerated() {
            point.gradient[one] += means[one] - own[label]
            let weighted = zip(probabilities, own).map { $0 * ($1 - means[one]) }
            for (other, logits) in exits.enumerated() {
                point.hessian[one][other] += Self.product(weighted, logits)
            }
        }
    }

    private static func product(_ one: [Double], _ other: [Double]) -> Double {
        var sum = 0.0
        for (first, second) in zip(one, other) { sum += first * second }
        return sum
    }
}
