import RealModule

/// Predicts, from what an exit says, how probably leaving there is a mistake that going on would
/// mend: this exit is wrong, and a later one right.
///
/// An image that no exit is right about is no reason to go on, however unsure the exit is. Of each
/// early exit it is a logistic regression on what was observed:
///
///     probability = 1 / (1 + exp(-(w[0] + Σ w[i] · feature[i])))
///
/// Features are the logarithms of the probability that the answer is wrong and of the entropy, the
/// margin, and whether the exit before answers alike (1), otherwise (-1), or is none (0). What going
/// on costs is weighed where thresholds are chosen.
///
/// References: Kubaty et al., *Rethinking Calibration for Early-Exit Neural Networks* (early-exit
/// failure prediction), arXiv 2508.21495, 2026, for what is predicted.
public struct FailurePredictor: Hashable, Sendable {
    /// How many features there are.
    public static let featureCount = 4
    /// Below it, a probability or an entropy tells nothing more: a unit in the last place of 1.
    private static let least: Float = 0x1p-24

    /// By early exit: a constant, then a weight for each feature.
    public var weights: [[Float]]

    /// Weighs features.
    public init(weights: [[Float]]) {
        self.weights = weights
    }

    /// How probably leaving is a mistake that going on would mend, 0 ... 1; NaN where logits are not
    /// finite.
    ///
    /// - Parameter earlier: what the exits before it said.
    public func probability(
        of observation: ExitObservation, after earlier: Span<ExitObservation>
    ) -> Float {
        let row = weights[observation.exit]
        let features = Self.features(of: observation, after: earlier)
        let sum =
            row[0] + row[1] * features.0 + row[2] * features.1 + row[3] * features.2
            + row[4] * features.3
        return 1 / (1 + Float.exp(-sum))
    }

    /// What an exit's observation says, in the order of the weights.
    package static func features(
        of observation: ExitObservation, after earlier: Span<ExitObservation>
    ) -> (Float, Float, Float, Float) {
        (
            Float.log(1 - observation.maximumProbability + least),
            Float.log(observation.entropy + least), observation.margin,
            agreement(of: observation, after: earlier)
        )
    }

    private static func agreement(
        of observation: ExitObservation, after earlier: Span<ExitObservation>
    ) -> Float {
        guard !earlier.isEmpty else { return 0 }
        return earlier[earlier.count - 1].predictedClass == observation.predictedClass ? 1 : -1
    }
}
