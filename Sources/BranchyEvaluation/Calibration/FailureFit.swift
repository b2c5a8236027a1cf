public import BranchyData
public import BranchyNet
import RealModule

extension FailurePredictor {
    /// How much of a prior the weights have: that of one image beside those that are fitted to.
    fileprivate static let ridge = 1.0

    /// The weights under which what happened to validation images is most probable: of each early
    /// exit, whether it was wrong and a later one right.
    ///
    /// - Parameter record: under the temperatures that the model will have.
    /// - Throws: ``CalibrationError`` where there are too few images, or logits that are no numbers.
    public init(fittedTo record: ExitRecord<ValidationSplit>) throws(CalibrationError) {
        try record.checkFitting("a failure predictor's weights")
        self.init(weights: record.failureWeights)
    }
}

extension ExitRecord<ValidationSplit> {
    /// By early exit.
    fileprivate var failureWeights: [[Float]] {
        let isCorrect = isCorrect
        return (0..<exitCount - 1).map { exit in
            let cases = labels.indices.map { sample in
                (
                    features: features(sample, exit),
                    fails: !isCorrect[exit][sample]
                        && isCorrect[(exit + 1)...].contains { $0[sample] }
                )
            }
            return Self.regression(of: cases)
        }
    }

    /// A constant, and what is observed.
    private func features(_ sample: Int, _ exit: Int) -> [Double] {
        let exits = self[sample]
        let features = FailurePredictor.features(
            of: exits[exits.startIndex + exit], after: exits.span.extracting(0..<exit))
        return [1, features.0, features.1, features.2, features.3].map { Double($0) }
    }

    private static func regression(of cases: [(features: [Double], fails: Bool)]) -> [Float] {
        let start = [Double](repeating: 0, count: 1 + FailurePredictor.featureCount)
        let weights = NewtonFit.minimum(from: start, ridge: FailurePredictor.ridge) { weights in
            var point = NewtonFit.Point(weightCount: weights.count)
            for (features, fails) in cases { point.add(features, fails, weights) }
            return point
        }
        return weights.map { Float($0) }
    }
}

extension NewtonFit.Point {
    /// Adds the negative log-likelihood of what happened.
    fileprivate mutating func add(_ features: [Double], _ fails: Bool, _ weights: [Double]) {
        let sum = zip(features, weights).reduce(0) { $0 + $1.0 * $1.1 }
        // ln(1 + exp(sum)) of both signs, so that nothing overflows.
        value += Double.log(onePlus: Double.exp(-abs(sum))) + max(sum, 0) - (fails ? sum : 0)
        let probability = 1 / (1 + Double.exp(-sum))
        for (one, feature) in features.enumerated() {
            gradient[one] += (probability - (fails ? 1 : 0)) * feature
            for (other, second) in features.enumerated() {
                hessian[one][other] += probability * (1 - probability) * feature * second
            }
        }
    }
}
