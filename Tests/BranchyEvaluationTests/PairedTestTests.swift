import BranchyEvaluation
import RealModule
import Testing

/// The exact test of the accuracy gap.
struct PairedTestTests {
    private static let levels = [0.01, 0.05, 0.1, 0.2]

    /// All outcomes of 120 samples with a mean of exactly `mean`, each with its probability: no
    /// level is exceeded, however many gains make losses good.
    @Test(arguments: [0.01, 0.02, 0.1], [0, 0.001, 0.004, 0.02, 0.05, 0.2, 0.44])
    func errsAsRarelyAsSaid(mean: Double, gainRate: Double) {
        let count = 120
        let outcomes = Outcomes(of: count, loss: gainRate + mean, gain: gainRate)
        for level in Self.levels {
            let test = PairedTest(samples: count, mean: mean, level: level)
            #expect(outcomes.probability(where: test.refutes) <= level)
        }
    }

    /// The error is used up, but for what whole numbers of losses and cells leave over.
    @Test func refutesAboutAsOftenAsItMay() {
        let test = PairedTest(samples: 120, mean: 0.1, level: 0.05)
        let errors = [0.02, 0.05, 0.1, 0.2, 0.4].map {
            Outcomes(of: 120, loss: 0.1 + $0, gain: $0).probability(where: test.refutes)
        }
        #expect(errors.allSatisfy { $0 > 0.035 })
    }

    /// With any gains, it proves what harm's test proves; without any, nothing else.
    @Test(arguments: [60, 299, 1_000], [0.003, 0.01, 0.05, 0.3])
    func provesWhateverLossesAloneProve(count: Int, mean: Double) {
        for level in Self.levels {
            let test = PairedTest(samples: count, mean: mean, level: level)
            for losses in 0...count / 2 {
                let isProven =
                    BinomialTest.probability(ofAtMost: losses, of: count, rate: mean) <= level
                let refutes = { (gains: Int) in
                    test.refutes(LossCounts(samples: count, losses: losses, gains: gains))
                }
                #expect(refutes(0) == isProven)
                if isProven { #expect([1, 7, count / 3].allSatisfy(refutes)) }
            }
        }
    }

    /// A loss less or a gain more never spoils a proof.
    @Test func fewerLossesAndMoreGainsProveMore() {
        let test = PairedTest(samples: 300, mean: 0.02, level: 0.05)
        let refutes = { (losses: Int, gains: Int) in
            test.refutes(LossCounts(samples: 300, losses: losses, gains: gains))
        }
        for losses in 1...100 {
            for gains in 0..<100 where refutes(losses, gains) {
                #expect(refutes(losses - 1, gains) && refutes(losses, gains + 1))
            }
        }
    }

    /// How many losses 2,500 samples may have beside so many gains. The expected numbers are of
    /// scipy 1.17 (`binom`): the same order of outcomes, cut where the error is at most 5 % at each
    /// of 160 probabilities of a gain. Cells, which leave none out, cost a loss here and there.
    @Test(arguments: [
        (0.003, [2, 3, 4, 6, 9, 17, 41, 85, 175]),
        (0.01, [16, 17, 18, 20, 24, 32, 57, 101, 192]),
        (0.02, [38, 39, 40, 42, 46, 55, 80, 125, 216]),
    ])
    func allowsForAsManyLosses(mean: Double, expected: [Int]) {
        let test = PairedTest(samples: 2_500, mean: mean, level: 0.05)
        for (gains, expected) in zip([0, 1, 2, 5, 10, 20, 50, 100, 200], expected) {
            let losses = (0..<400).prefix {
                test.refutes(LossCounts(samples: 2_500, losses: $0, gains: gains))
            }
            #expect((expected - 1 - gains / 50...expected).contains(losses.count - 1))
            let betting = (0..<400).prefix {
                let counts = LossCounts(samples: 2_500, losses: $0, gains: gains)
                return BettingTest.pValue(counts, mean: mean) <= 0.05
            }
            #expect(losses.count > betting.count)
        }
    }

    @Test func oneOutcomeIsJudgedAsAll() {
        let test = PairedTest(samples: 1_000, mean: 0.01, level: 0.05)
        let outcomes = [(0, 0), (4, 0), (5, 0), (5, 3), (9, 5), (12, 5), (40, 50), (60, 40)]
        for (losses, gains) in outcomes {
            let counts = LossCounts(samples: 1_000, losses: losses, gains: gains)
            #expect(
                PairedTest.refutes(counts, mean: 0.01, level: 0.05) == test.refutes(counts))
        }
    }

    /// Of 2,500 samples 10 lost and 30 gained: far less than the guaranteed 1 %, even with the
    /// caution that the level asks for. Losses alone would prove 0.7 %.
    @Test func theBoundOfTheGapCountsGains() {
        let guarantee = Guarantee(loss: .accuracyGap, maximumLoss: 0.01, confidence: 0.95)
        let bound = guarantee.upperBound(
            LossCounts(samples: 2_500, losses: 10, gains: 30), level: 0.05)
        #expect(bound > 0 && bound < 0.001)
        let even = guarantee.upperBound(
            LossCounts(samples: 2_500, losses: 16, gains: 0), level: 0.05)
        #expect(even > 0.0095 && even <= 0.01)
        let harm = Guarantee(maximumLoss: 0.01, confidence: 0.95).upperBound(
            LossCounts(samples: 2_500, losses: 16), level: 0.05)
        #expect(even >= harm && even - harm <= 0.0001)
    }
}

/// The probabilities of all numbers of losses and gains.
private struct Outcomes {
    private var terms: [(counts: LossCounts, probability: Double)] = []

    /// Each from the one before: P(l losses), and P(g gains) given these.
    init(of count: Int, loss: Double, gain: Double) {
        var lossTerm = Double.pow(1 - loss, count)
        let share = gain / (1 - loss)
        for losses in 0...count {
            let rest = count - losses
            var term = lossTerm * Double.pow(1 - share, rest)
            for gains in 0...rest {
                terms.append((LossCounts(samples: count, losses: losses, gains: gains), term))
                term *= Double(rest - gains) / Double(gains + 1) * share / (1 - share)
            }
            lossTerm *= Double(count - losses) / Double(losses + 1) * loss / (1 - loss)
        }
    }

    func probability(where condition: (LossCounts) -> Bool) -> Double {
        terms.reduce(0) { $0 + (condition($1.counts) ? $1.probability : 0) }
    }
}
