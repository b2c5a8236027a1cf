import RealModule

/// How sure an exit is of its answer, as a number, and which direction of that number is sure.
public enum ExitScore: String, Hashable, Sendable, Codable, CaseIterable {
    /// Shannon entropy in nats; sure is **strictly below** the threshold.
    ///
    /// References: Teerapittayanon et al., *BranchyNet*, ICPR 2016, section III.B.
    case entropy
    /// Entropy divided by ln K; sure is strictly below the threshold.
    case normalizedEntropy
    /// The largest probability; sure is **at or above** the threshold.
    ///
    /// References: Huang et al., *Multi-Scale Dense Networks*, ICLR 2018, section 4.
    case maximumProbability
    /// The largest probability less the second largest; sure is at or above the threshold.
    case margin

    /// The score as people write it.
    public var title: String {
        switch self {
        case .entropy: "entropy"
        case .normalizedEntropy: "normalized entropy"
        case .maximumProbability: "maximum probability"
        case .margin: "margin"
        }
    }

    /// The score of an observation.
    public func value(of observation: ExitObservation) -> Float {
        switch self {
        case .entropy: observation.entropy
        case .normalizedEntropy: observation.normalizedEntropy
        case .maximumProbability: observation.maximumProbability
        case .margin: observation.margin
        }
    }

    /// Whether sure means a large score.
    public var acceptsAbove: Bool {
        switch self {
        case .entropy, .normalizedEntropy: false
        case .maximumProbability, .margin: true
        }
    }

    /// Whether a score is sure enough for a threshold. NaN never is.
    public func accepts(_ value: Float, threshold: Float) -> Bool {
        switch self {
        case .entropy, .normalizedEntropy: value < threshold
        case .maximumProbability, .margin: value >= threshold
        }
    }
}
