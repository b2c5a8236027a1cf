import BranchyNet

/// Whether answers are right as often as their probabilities say.
///
/// Answers are binned by their probability. Where a network knows how sure it may be, each bin's
/// accuracy is its mean probability.
///
/// References: Guo et al., *On Calibration of Modern Neural Networks*, ICML 2017, section 2.
public struct ReliabilityDiagram: Hashable, Sendable, Codable {
    /// The answers whose probability lies above ``low`` and not above ``high``.
    public struct Bin: Hashable, Sendable, Codable {
        /// The end that is not part of it.
        public let low: Double
        /// The end that is part of it.
        public let high: Double
        /// How many answers there are.
        public fileprivate(set) var samples = 0
        /// How many of them are right.
        public fileprivate(set) var correct = 0
        fileprivate var probabilities = 0.0

        /// Share of right answers, 0 ... 1; `nil` without answers.
        public var accuracy: Double? {
            samples == 0 ? nil : Double(correct) / Double(samples)
        }

        /// The mean of the answers' probabilities, 0 ... 1; `nil` without answers.
        public var meanProbability: Double? {
            samples == 0 ? nil : probabilities / Double(samples)
        }
    }

    /// How many bins there are.
    public static let binCount = 15

    /// Of equal width, from probability 0 to 1.
    public private(set) var bins: [Bin]

    init() {
        let edges = (0...Self.binCount).map { Double($0) / Double(Self.binCount) }
        bins = zip(edges, edges.dropFirst()).map { Bin(low: $0, high: $1) }
    }

    /// How many answers there are.
    public var samples: Int { bins.reduce(0) { $0 + $1.samples } }

    /// The expected calibration error, 0 ... 1: how far a bin's accuracy is from its mean
    /// probability, on average over the answers. `nil` without answers, NaN where one of them comes
    /// from logits that are NaN or infinite.
    ///
    ///     ECE = Σ (samples of bin / samples) · |accuracy of bin − mean probability of bin|
    public var expectedCalibrationError: Double? {
        guard samples > 0 else { return nil }
        let total = bins.reduce(0) { $0 + abs(Double($1.correct) - $1.probabilities) }
        return total / Double(samples)
    }

    mutating func record(_ answer: ExitObservation, label: Int) {
        let probability = Double(answer.maximumProbability)
        // A NaN belongs to no bin; in any it makes the error NaN.
        let number = probability.isNaN ? 1 : (probability * Double(Self.binCount)).rounded(.up)
        let bin = Int(number) - 1
        bins[bin].samples += 1
        bins[bin].correct += answer.predictedClass == label ? 1 : 0
        bins[bin].probabilities += probability
    }
}
