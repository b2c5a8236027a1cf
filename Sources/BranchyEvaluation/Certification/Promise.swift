/// At most so much loss on average, said with so much confidence.
public struct Promise: Hashable, Sendable, Codable {
    /// What is lost.
    public var loss: PromisedLoss
    /// The most of it on average, above 0 and below 1.
    public var maximumLoss: Double
    /// How sure the promise is, above 0 and below 1: the probability, over the draw of the proof
    /// data, that no broken promise is issued.
    public var confidence: Double

    /// Words a promise.
    public init(loss: PromisedLoss = .harm, maximumLoss: Double, confidence: Double) {
        self.loss = loss
        self.maximumLoss = maximumLoss
        self.confidence = confidence
    }

    /// The error that each of several promises may make so that all of them together, made on the
    /// same proof data, hold with the confidence (Bonferroni).
    package func level(atOnce count: Int) -> Double { (1 - confidence) / Double(count) }

    /// The probability of so little loss if the promise is not kept.
    func pValue(_ counts: LossCounts) -> Double {
        switch loss {
        case .harm, .disagreement:
            BinomialTest.probability(
                ofAtMost: counts.losses, of: counts.samples, rate: maximumLoss)
        case .accuracyGap: BettingTest.pValue(counts, mean: maximumLoss)
        }
    }
}

extension PromisedLoss {
    /// What the mean loss exceeds with a probability of at most `level`.
    package func upperBound(_ counts: LossCounts, level: Double) -> Double {
        switch self {
        case .harm, .disagreement:
            BinomialTest.upperBound(counts.losses, of: counts.samples, level: level)
        case .accuracyGap: BettingTest.upperBound(counts, level: level)
        }
    }

    /// What the mean loss falls short of with a probability of at most `level`.
    package func lowerBound(_ counts: LossCounts, level: Double) -> Double {
        switch self {
        case .harm, .disagreement:
            1
                - BinomialTest.upperBound(
                    counts.samples - counts.losses, of: counts.samples, level: level)
        case .accuracyGap:
            -BettingTest.upperBound(
                LossCounts(
                    samples: counts.samples, losses: counts.gains, gains: counts.losses),
                level: level)
        }
    }
}
