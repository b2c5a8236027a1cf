/// Leaves at the first exit whose score passes that exit's threshold.
///
/// With the entropy, threshold 0 lets nobody leave early (no entropy is strictly below it) and
/// `+∞` lets everybody leave at the first exit whose logits are finite. With the largest
/// probability and the margin it is the other way round.
///
/// References: Teerapittayanon et al., *BranchyNet*, ICPR 2016, figure 2.
public struct ThresholdPolicy: ExitPolicy, Hashable {
    /// What is compared.
    public var score: ExitScore
    /// One threshold per early exit, from exit 0 on; in the score's units.
    public var thresholds: [Float]

    /// Compares a score with thresholds.
    public init(score: ExitScore = .entropy, thresholds: [Float]) {
        self.score = score
        self.thresholds = thresholds
    }

    /// Such as `entropy below 0.3, 0.2`.
    public var description: String {
        guard !thresholds.isEmpty else { return "no early exit" }
        let numbers = thresholds.map { "\($0)" }.joined(separator: ", ")
        return "\(score.title) \(score.acceptsAbove ? "from" : "below") \(numbers)"
    }

    /// That of the score.
    public var ensemble: ExitEnsemble? {
        guard case .ensemble(let ensemble) = score else { return nil }
        return ensemble
    }

    /// Whether the exit's score passes its threshold.
    public func accepts(
        _ observation: ExitObservation, after earlier: Span<ExitObservation>, elapsed: Duration
    ) -> Bool {
        score.accepts(
            score.value(of: observation, after: earlier), threshold: thresholds[observation.exit])
    }

    /// Requires one threshold per early exit, none of them NaN or negative, and of a score that was
    /// fitted numbers for each early exit.
    public func validate(exitCount: Int) throws(PolicyError) {
        guard thresholds.count == exitCount - 1 else {
            let count = thresholds.count == 1 ? "1 threshold" : "\(thresholds.count) thresholds"
            throw PolicyError(
                "\(count) for a network with \(exitCount) exits, expected "
                    + "\(exitCount - 1): one for each exit but the final one")
        }
        for (exit, threshold) in thresholds.enumerated() where !(threshold >= 0) {
            throw PolicyError(
                "the threshold of exit \(exit + 1) is \(threshold), expected a number of 0 or more")
        }
        try score.validate(exitCount: exitCount)
    }
}

/// Written as `{"score": …, "thresholds": …}`, with `"weights"` of a score that was fitted.
extension ThresholdPolicy: Codable {
    private enum CodingKeys: CodingKey { case score, thresholds, weights }

    /// Reads score, what was fitted for it, and thresholds.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try container.decode(ExitScore.Kind.self, forKey: .score)
        let weights = try container.decodeIfPresent([[Float]].self, forKey: .weights)
        guard let score = ExitScore(kind, weights: weights) else {
            throw DecodingError.dataCorruptedError(
                forKey: .weights, in: container,
                debugDescription: "the \(kind.rawValue) score needs weights, found none; "
                    + ExitScore.wayOut(kind))
        }
        self.init(
            score: score, thresholds: try container.decode([Float].self, forKey: .thresholds))
    }

    /// Writes score, what was fitted for it, and thresholds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(score.kind, forKey: .score)
        try container.encodeIfPresent(score.weights, forKey: .weights)
        try container.encode(thresholds, forKey: .thresholds)
    }
}
