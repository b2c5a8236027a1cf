import BranchyEvaluation
import BranchyNet
import Testing

/// Two ways of answering the same samples.
struct PairedComparisonTests {
    @Test func countsSamplesThatOnlyOneIsRightAbout() {
        let found = PairedComparison(
            [true, true, false, false, true], [true, false, true, false, false])
        #expect(found == PairedComparison(samples: 5, onlyFirst: 2, onlySecond: 1))
        #expect(found.difference?.estimate == 1.0 / 5)
    }

    /// Two of three coins alike, or more: certain. Of five all alike: 2/32.
    @Test(arguments: [(0, 0, 1), (2, 1, 1), (5, 0, 0.0625), (0, 5, 0.0625), (1, 5, 0.21875)])
    func pValuesByHand(onlyFirst: Int, onlySecond: Int, expected: Double) {
        let found = PairedComparison(samples: 9, onlyFirst: onlyFirst, onlySecond: onlySecond)
        #expect(abs(found.pValue - expected) < 1e-12)
    }

    /// Of scipy 1.17: `binomtest(min(a, b), a + b).pvalue`, and the roots by `brentq` of the score
    /// statistic whose deviation `minimize_scalar` found on the likelihood.
    @Test(arguments: [
        (10_000, 24, 20, 0.651_587_827_2, -0.000_938_994_0, 0.001_770_670_3),
        (10_000, 20, 24, 0.651_587_827_2, -0.001_770_670_3, 0.000_938_994_0),
        (10_000, 7, 0, 0.015_625, 0.000_315_732_8, 0.001_444_334_4),
        (100, 10, 3, 0.092_285_156_25, -0.000_765_501_1, 0.149_864_052_0),
        (50, 0, 0, 1, -0.071_347_60, 0.071_347_60),
        (44, 0, 1, 1, -0.118_077_101, 0.059_393_232),
        (30, 1, 12, 0.003_417_968_75, -0.555_798_667, -0.154_654_648),
    ])
    func agreesWithScipy(
        samples: Int, onlyFirst: Int, onlySecond: Int, pValue: Double, low: Double, high: Double
    ) throws {
        let found = PairedComparison(
            samples: samples, onlyFirst: onlyFirst, onlySecond: onlySecond)
        let difference = try #require(found.difference)
        #expect(abs(found.pValue - pValue) < 1e-9)
        #expect(abs(difference.low - low) < 1e-7)
        #expect(abs(difference.high - high) < 1e-7)
    }

    @Test func allOrNothingHasAnInterval() throws {
        let all = try #require(
            PairedComparison(samples: 20, onlyFirst: 20, onlySecond: 0).difference)
        #expect(all.estimate == 1 && all.high == 1 && all.low > 0.5)
        #expect(PairedComparison([], []).difference == nil)
        #expect(PairedComparison([], []).pValue == 1)
    }

    /// What leaving early changes, told by the evaluation alone.
    @Test func comparesAPolicyWithItsFinalExit() throws {
        let record = MadeUpAnswers.random(sampleCount: 300, seed: 3)
        let policy = ThresholdPolicy(thresholds: [0.6, 0.6])
        let evaluation = try MadeUpAnswers.evaluation(of: record, under: policy)
        let found = try #require(evaluation.besideFinalExit)
        let isRight = record.labels.indices.map {
            record.replay(policy, sample: $0).predictedClass == record.labels[$0]
        }
        let isFinalRight = record.labels.indices.map {
            record[$0].last?.predictedClass == record.labels[$0]
        }
        #expect(found == PairedComparison(isRight, isFinalRight))
        #expect(found.onlyFirst > 0 && found.onlySecond > 0)
    }
}
