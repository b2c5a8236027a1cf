/// Leaves at the first exit whose score passes that exit's threshold.
///
/// With the entropy, threshold 0 lets nobody leave early (no entropy is strictly below it) and
/// `+∞` lets everybody leave at the first exit whose logits are finite. With the largest
/// probability and the margin it is the other way round.
///
/// References: Teerapittayanon et al., *BranchyNet*, ICPR 2016, figure 2.
public struct ThresholdPolicy: ExitPolicy, Hashable, Codable {
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

    /// Whether the exit's score passes its threshold.
    public func accepts(
        _ observation: ExitObservation, after earlier: Span<ExitObservation>, elapsed: Duration
    ) -> Bool {
        score.accepts(score.value(of: observation), threshold: thresholds[observation.exit])
    }

    /// Requires one threshold per early exit, none of them NaN or negative.
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
    }
}
