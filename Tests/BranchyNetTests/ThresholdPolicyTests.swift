import BranchyNet
import Testing

struct ThresholdPolicyTests {
    private static let certain: [Float] = [1e4, 0, 0, 0]
    private static let uniform: [Float] = [0, 0, 0, 0]

    /// Strictly below.
    @Test(arguments: [ExitScore.entropy, .normalizedEntropy])
    func entropyIsAcceptedBelowTheThresholdOnly(_ score: ExitScore) {
        #expect(!accepts(Self.certain, score, threshold: 0))
        #expect(accepts(Self.certain, score, threshold: .leastNonzeroMagnitude))
        let value = score.value(of: ExitObservation(logits: Self.uniform.span, exit: 0))
        #expect(!accepts(Self.uniform, score, threshold: value.nextDown))
        #expect(!accepts(Self.uniform, score, threshold: value))
        #expect(accepts(Self.uniform, score, threshold: value.nextUp))
        #expect(accepts(Self.uniform, score, threshold: .infinity))
    }

    /// At or above. A quarter, a half (of 1 and 0 there is nothing above) and 0 are floats.
    @Test(arguments: [
        (ExitScore.maximumProbability, uniform, Float(0.25)), (.margin, uniform, 0),
        (.maximumProbability, [7, 7], 0.5), (.maximumProbability, certain, 1),
        (.margin, certain, 1),
    ])
    func probabilityIsAcceptedAtTheThreshold(score: ExitScore, logits: [Float], value: Float) {
        #expect(accepts(logits, score, threshold: value))
        #expect(value == 0 || accepts(logits, score, threshold: value.nextDown))
        #expect(!accepts(logits, score, threshold: value.nextUp))
        #expect(!accepts(logits, score, threshold: .infinity))
    }

    /// By hand: two classes of equal logits differ by nothing and have an entropy of ln 2.
    @Test func normalizedEntropyOfTwoClassesIsOne() {
        #expect(!accepts([3, 3], .normalizedEntropy, threshold: 1))
        #expect(accepts([3, 3], .normalizedEntropy, threshold: Float(1).nextUp))
        #expect(accepts([3, 3], .entropy, threshold: 0.694))
        #expect(!accepts([3, 3], .entropy, threshold: 0.693))
    }

    @Test(arguments: ExitScore.unfitted, [Float.nan, .infinity, -.infinity])
    func logitsThatAreNotFiniteAreNeverAccepted(_ score: ExitScore, fault: Float) {
        for place in 0..<4 {
            for var logits in [Self.certain, Self.uniform] {
                logits[place] = fault
                for threshold in [0, 0.5, 1, Float.infinity] {
                    #expect(!accepts(logits, score, threshold: threshold))
                }
            }
        }
    }

    @Test(arguments: ExitScore.unfitted, [Float(0), 0.5, 1, .infinity])
    func aScoreOfNaNIsNeverAccepted(_ score: ExitScore, threshold: Float) {
        #expect(!score.accepts(.nan, threshold: threshold))
        #expect(!score.accepts(0.5, threshold: .nan))
    }

    @Test func readsTheThresholdOfItsExit() {
        let policy = ThresholdPolicy(thresholds: [0, .infinity])
        let first = ExitObservation(logits: Self.uniform.span, exit: 0)
        let second = ExitObservation(logits: Self.uniform.span, exit: 1)
        #expect(!policy.accepts(first, afterAll: []))
        #expect(policy.accepts(second, afterAll: [first]))
    }

    @Test(arguments: [0, 1, 3])
    func refusesAnotherNumberOfThresholds(count: Int) {
        let policy = ThresholdPolicy(thresholds: [Float](repeating: 0.5, count: count))
        let failure = #expect(throws: PolicyError.self) { try policy.validate(exitCount: 3) }
        #expect(
            failure?.message
                == "\(count) threshold\(count == 1 ? "" : "s") for a network with 3 exits, expected 2: one for each exit "
                + "but the final one")
    }

    @Test(arguments: [Float.nan, -Float.infinity, -1, -Float.leastNonzeroMagnitude])
    func refusesThresholdsThatAreNone(threshold: Float) {
        for score in ExitScore.unfitted {
            let policy = ThresholdPolicy(score: score, thresholds: [0, threshold])
            #expect(throws: PolicyError.self) { try policy.validate(exitCount: 3) }
        }
    }

    @Test(arguments: [[0, Float.infinity], [Float(0.5), Float.greatestFiniteMagnitude]])
    func takesAllOtherThresholds(thresholds: [Float]) throws {
        for score in ExitScore.unfitted {
            try ThresholdPolicy(score: score, thresholds: thresholds).validate(exitCount: 3)
        }
        try ThresholdPolicy(thresholds: []).validate(exitCount: 1)
    }

    private func accepts(_ logits: [Float], _ score: ExitScore, threshold: Float) -> Bool {
        ThresholdPolicy(score: score, thresholds: [threshold])
            .accepts(ExitObservation(logits: logits.span, exit: 0), afterAll: [])
    }
}

extension ExitPolicy {
    /// The same with an array, which lives long enough.
    func accepts(
        _ observation: ExitObservation, afterAll earlier: [ExitObservation],
        elapsed: Duration = .zero
    ) -> Bool {
        accepts(observation, after: earlier.span, elapsed: elapsed)
    }
}
