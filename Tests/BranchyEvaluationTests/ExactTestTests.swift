import BranchyEvaluation
import Testing

/// The statistics, against numbers that can be worked out by hand.
struct ExactTestTests {
    @Test(
        arguments: [
            (2, 10, 0.5, 56.0 / 1024), (3, 5, 0.2, 0.99328), (0, 1, 0.25, 0.75),
            (1, 2, 0.5, 0.75), (5, 5, 0.1, 1), (0, 10, 1, 0), (0, 10, 0, 1),
        ] as [(Int, Int, Double, Double)])
    func countsBinomialProbabilities(events: Int, count: Int, rate: Double, expected: Double) {
        let found = BinomialTest.probability(ofAtMost: events, of: count, rate: rate)
        #expect(abs(found - expected) < 1e-12)
    }

    /// Far from what doubles hold as they are: e^-10,000, and a sum of ten thousand terms.
    @Test func largeCountsStayExact() {
        #expect(BinomialTest.probability(ofAtMost: 0, of: 1_000_000, rate: 0.01) == 0)
        let middle = BinomialTest.probability(ofAtMost: 10_000, of: 1_000_000, rate: 0.01)
        // The median is the mean; half of the middle term lies above one half.
        #expect(abs(middle - 0.5 - 0.5 * 0.00401) < 0.001)
        #expect(BinomialTest.probability(ofAtMost: 900_000, of: 1_000_000, rate: 0.01) == 1)
    }

    /// No events in ten: (1 − p)¹⁰ = 0.05. One in two: 1 − p² = 0.05.
    @Test func boundsByClopperAndPearson() {
        #expect(abs(BinomialTest.upperBound(0, of: 10, level: 0.05) - 0.258_865_6) < 1e-7)
        #expect(
            abs(BinomialTest.upperBound(1, of: 2, level: 0.05) - 0.95.squareRoot()) < 1e-12)
        #expect(BinomialTest.upperBound(2, of: 2, level: 0.05) == 1)
        #expect(BinomialTest.upperBound(0, of: 299, level: 0.05) < 0.01)
        #expect(BinomialTest.upperBound(0, of: 298, level: 0.05) > 0.01)
    }

    /// With one sample and bets of 0.02 to 0.98, 0.5 on average: a gain makes 1.5 of the capital.
    @Test func betsByHand() {
        let pValue = { (losses: Int, gains: Int) in
            BettingTest.pValue(LossCounts(samples: 1, losses: losses, gains: gains), mean: 0)
        }
        #expect(abs(pValue(0, 1) - 1 / 1.5) < 1e-12)
        #expect(abs(pValue(0, 0) - 1) < 1e-12)
        #expect(pValue(1, 0) == 1)
    }

    /// All outcomes of 120 samples with a mean of exactly 2 %, each with its probability: small
    /// p-values are no more probable than they say.
    @Test(arguments: [0.0, 0.05])
    func betsErrAsRarelyAsSaid(gainRate: Double) {
        let (count, mean) = (120, 0.02)
        let rates = (loss: gainRate + mean, gain: gainRate)
        var refuted = [0.05: 0.0, 0.1: 0.0, 0.2: 0.0]
        // P(l losses) · P(g gains | l), each from the one before.
        var lossTerm = power(1 - rates.loss, count)
        for losses in 0...count {
            let (rest, share) = (count - losses, rates.gain / (1 - rates.loss))
            var term = lossTerm * power(1 - share, rest)
            for gains in 0...rest {
                if term > 1e-12 {
                    let counts = LossCounts(samples: count, losses: losses, gains: gains)
                    let pValue = BettingTest.pValue(counts, mean: mean)
                    for level in refuted.keys where pValue <= level {
                        refuted[level, default: 0] += term
                    }
                }
                term *= Double(rest - gains) / Double(gains + 1) * share / (1 - share)
            }
            lossTerm *=
                Double(count - losses) / Double(losses + 1) * rates.loss / (1 - rates.loss)
        }
        for (level, probability) in refuted { #expect(probability <= level) }
    }

    private func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { product, _ in product * base }
    }

    /// Five thousand samples prove much less than the 3.5 points that bounds by range alone do.
    @Test func bettingProfitsFromRareLosses() {
        let counts = LossCounts(samples: 5_000, losses: 12, gains: 10)
        let bound = BettingTest.upperBound(counts, level: 0.05)
        #expect(bound > counts.mean && bound < 0.005)
        let swapped = LossCounts(samples: 5_000, losses: 10, gains: 12)
        #expect(BettingTest.upperBound(swapped, level: 0.05) < bound)
    }
}
