/// At most so much loss on average, said with so much confidence.
public struct Guarantee: Hashable, Sendable, Codable {
    /// What is lost.
    public var loss: GuaranteedLoss
    /// The most of it on average, above 0 and below 1.
    public var maximumLoss: Double
    /// How sure the guarantee is, above 0 and below 1: the probability, over the draw of the proof
    /// data, that no broken guarantee is issued.
    public var confidence: Double

    /// Words a guarantee.
    public init(loss: GuaranteedLoss = .harm, maximumLoss: Double, confidence: Double) {
        self.loss = loss
        self.maximumLoss = maximumLoss
        self.confidence = confidence
    }

    /// Whether its numbers are in their ranges.
    package var isPossible: Bool {
        maximumLoss > 0 && maximumLoss < 1 && confidence > 0 && confidence < 1
    }

    /// The error that each of several guarantees may make so that all of them together, made on the
    /// same proof data, hold with the confidence (Bonferroni).
    package func level(atOnce count: Int) -> Double { (1 - confidence) / Double(count) }

    /// What the mean loss of thresholds that prove the guarantee stays below with an error of at most
    /// `level`.
    ///
    /// Of the gap, bounds are tried in hundredths of the guarantee, from it down to none, until the
    /// first that is not proven: an order that was fixed before the data are seen.
    package func upperBound(_ counts: LossCounts, level: Double) -> Double {
        guard loss == .accuracyGap else { return loss.upperBound(counts, level: level) }
        let bounds = stride(from: 99, to: 0, by: -1).lazy.map { maximumLoss * Double($0) / 100 }
        return bounds.prefix { PairedTest.refutes(counts, mean: $0, level: level) }.last
            ?? maximumLoss
    }
}

/// Decides by what was lost whether a guarantee is proven.
package struct GuaranteeTest: Sendable {
    private enum Rule {
        case binomial, betting
        case paired(PairedTest)
    }

    private let rule: Rule
    private let mean: Double
    private let level: Double

    /// Makes the test, which for the gap takes longer than asking it.
    ///
    /// - Parameters:
    ///   - guarantee: what is to be proven.
    ///   - samples: by so many samples.
    ///   - level: with a probability of at most this that the guarantee is broken all the same.
    ///   - procedure: what proves the gap.
    package init(
        of guarantee: Guarantee, samples: Int, level: Double,
        procedure: Certifier.Procedure = .steps
    ) {
        (mean, self.level) = (guarantee.maximumLoss, level)
        rule =
            switch (guarantee.loss, procedure) {
            case (.harm, _), (.disagreement, _): .binomial
            case (.accuracyGap, .front): .betting
            case (.accuracyGap, .steps):
                .paired(PairedTest(samples: samples, mean: mean, level: level))
            }
    }

    /// Whether so little loss proves the guarantee.
    package func isProven(by counts: LossCounts) -> Bool {
        switch rule {
        case .binomial:
            BinomialTest.probability(ofAtMost: counts.losses, of: counts.samples, rate: mean)
                <= level
        case .betting: BettingTest.pValue(counts, mean: mean) <= level
        case .paired(let test): test.refutes(counts)
        }
    }
}

extension GuaranteedLoss {
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
