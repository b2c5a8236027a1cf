import RealModule

/// How sure an exit is of its answer, as a number, and which direction of that number is sure.
///
/// Two scores are fitted to a model: they carry what was fitted.
public enum ExitScore: Hashable, Sendable {
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
    /// The largest probability that the exits so far give together, which also answer together; sure
    /// is at or above the threshold.
    case ensemble(ExitEnsemble)
    /// How probably leaving is a mistake that going on would mend; sure is strictly below the
    /// threshold.
    case failure(FailurePredictor)

    /// Those for which nothing has to be fitted.
    public static let unfitted = [entropy, normalizedEntropy, maximumProbability, margin]

    /// The score of an observation.
    ///
    /// - Parameter earlier: what the exits before it said.
    public func value(
        of observation: ExitObservation, after earlier: Span<ExitObservation> = Span()
    ) -> Float {
        switch self {
        case .entropy: observation.entropy
        case .normalizedEntropy: observation.normalizedEntropy
        case .maximumProbability, .ensemble: observation.maximumProbability
        case .margin: observation.margin
        case .failure(let predictor): predictor.probability(of: observation, after: earlier)
        }
    }

    /// Whether sure means a large score.
    public var acceptsAbove: Bool {
        switch self {
        case .entropy, .normalizedEntropy, .failure: false
        case .maximumProbability, .margin, .ensemble: true
        }
    }

    /// Whether a score is sure enough for a threshold. NaN never is.
    public func accepts(_ value: Float, threshold: Float) -> Bool {
        acceptsAbove ? value >= threshold : value < threshold
    }

    /// The threshold that lets nobody leave.
    public var strictestThreshold: Float { acceptsAbove ? .infinity : 0 }

    /// The score as people write it.
    public var title: String { kind.title }
}

// MARK: - Kinds

extension ExitScore {
    /// What a score is called, whatever was fitted for it.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// ``ExitScore/entropy``.
        case entropy
        /// ``ExitScore/normalizedEntropy``.
        case normalizedEntropy
        /// ``ExitScore/maximumProbability``.
        case maximumProbability
        /// ``ExitScore/margin``.
        case margin
        /// ``ExitScore/ensemble(_:)``.
        case ensemble
        /// ``ExitScore/failure(_:)``.
        case failure

        /// The score as people write it.
        public var title: String {
            switch self {
            case .entropy: "entropy"
            case .normalizedEntropy: "normalized entropy"
            case .maximumProbability: "maximum probability"
            case .margin: "margin"
            case .ensemble: "ensemble probability"
            case .failure: "predicted failure"
            }
        }

        /// The score; `nil` where it has to be fitted first.
        public var unfitted: ExitScore? { ExitScore.unfitted.first { $0.kind == self } }
    }

    /// What the score is called.
    public var kind: Kind {
        switch self {
        case .entropy: .entropy
        case .normalizedEntropy: .normalizedEntropy
        case .maximumProbability: .maximumProbability
        case .margin: .margin
        case .ensemble: .ensemble
        case .failure: .failure
        }
    }

    /// What was fitted, by early exit; `nil` of scores without.
    var weights: [[Float]]? {
        switch self {
        case .entropy, .normalizedEntropy, .maximumProbability, .margin: nil
        case .ensemble(let ensemble): ensemble.weights
        case .failure(let predictor): predictor.weights
        }
    }

    /// The score of a kind, with what was fitted for it.
    init?(_ kind: Kind, weights: [[Float]]?) {
        switch (kind, weights) {
        case (.ensemble, let weights?): self = .ensemble(ExitEnsemble(weights: weights))
        case (.failure, let weights?): self = .failure(FailurePredictor(weights: weights))
        default:
            guard let score = kind.unfitted else { return nil }
            self = score
        }
    }

    /// Requires that what was fitted suits a network.
    func validate(exitCount: Int) throws(PolicyError) {
        for (exit, row) in (weights ?? []).enumerated() {
            let expected = self.weightCount(ofExit: exit)
            guard row.count == expected, row.allSatisfy(\.isFinite) else {
                throw PolicyError(
                    "the \(kind.rawValue) score has the weights \(row) for exit \(exit + 1), expected "
                        + "\(expected) finite numbers; \(Self.wayOut(kind))")
            }
        }
        guard let weights, weights.count != exitCount - 1 else { return }
        throw PolicyError(
            "the \(kind.rawValue) score has weights for \(weights.count) exits, expected "
                + "\(exitCount - 1), each exit but the final one; \(Self.wayOut(kind))")
    }

    private func weightCount(ofExit exit: Int) -> Int {
        if case .ensemble = self { exit + 1 } else { 1 + FailurePredictor.featureCount }
    }

    /// How a score is fitted.
    static func wayOut(_ kind: Kind) -> String {
        "`branchynet calibrate --score \(kind.rawValue)` fits it"
    }
}
