import BranchyEvaluation
import TestSupport
import Testing

struct StatisticsTests {
    @Test(
        arguments: [
            ([7], 7), ([1, 3], 2), ([9, 1, 5], 5), ([4, 1, 3, 2], 2.5), ([2, 2, 2, 100], 2),
        ] as [([Double], Double)])
    func medianIsTheMiddle(numbers: [Double], expected: Double) {
        #expect(numbers.median == expected)
    }

    /// By hand, definition 7: the place of share p among n sorted numbers is p·(n − 1).
    @Test(
        arguments: [
            (0, 10), (0.1, 14), (0.25, 20), (0.5, 30), (0.625, 35), (0.75, 40), (0.9, 64), (1, 80),
        ] as [(Double, Double)])
    func quantilesInterpolateBetweenNeighbours(share: Double, expected: Double) {
        let numbers: [Double] = [40, 10, 80, 20, 30]
        #expect(abs(numbers.quantile(share) - expected) < 1e-12)
    }

    @Test(arguments: [0, 0.3, 0.95, 1])
    func everyQuantileOfOneNumberIsThatNumber(share: Double) {
        #expect([6.0].quantile(share) == 6)
    }

    @Test func meanIsTheSumByTheCount() {
        #expect([1.0, 2, 6].mean == 3)
        #expect([-4.0].mean == -4)
    }

    @Test func nothingHasNoStatistics() {
        let none: [Double] = []
        #expect(none.median.isNaN)
        #expect(none.mean.isNaN)
        #expect(none.quantile(0.95).isNaN)
    }
}

struct EstimateTests {
    /// Uniform in 0 ..< 1: mean 1/2, standard deviation √(1/12).
    private func uniform(_ count: Int, seed: UInt64) -> [Double] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in .random(in: 0..<1, using: &generator) }
    }

    private func mean(
        of numbers: [Double], resamples: Int = 1_000, seed: UInt64 = 0
    ) -> Estimate {
        Estimate(bootstrapping: numbers.count, resamples: resamples, seed: seed) { places in
            places.reduce(0) { $0 + numbers[$1] } / Double(places.count)
        }
    }

    @Test func aSeedDecidesTheInterval() {
        let numbers = uniform(40, seed: 1)
        let first = mean(of: numbers, seed: 5)
        #expect(mean(of: numbers, seed: 5) == first)
        let other = mean(of: numbers, seed: 6)
        #expect(other.estimate == first.estimate)
        #expect(other.low != first.low && other.high != first.high)
    }

    @Test func theEstimateIsOfTheSamplesAsTheyAre() {
        let estimate = mean(of: [1, 2, 3, 6])
        #expect(estimate.estimate == 3)
        #expect(estimate.low < 3 && estimate.high > 3)
        #expect(estimate.low >= 1 && estimate.high <= 6)
    }

    @Test func samplesThatAreAllAlikeLeaveNoDoubt() {
        let estimate = mean(of: [2, 2, 2])
        #expect(estimate == Estimate(estimate: 2, low: 2, high: 2))
    }

    @Test func excludesWhatLiesOutside() {
        let estimate = Estimate(estimate: 2, low: 1, high: 4)
        #expect(estimate.excludes(0.999) && estimate.excludes(4.001))
        #expect(!estimate.excludes(1) && !estimate.excludes(2) && !estimate.excludes(4))
    }

    /// How often 200 intervals contain the mean is binomial with 0.95: a standard deviation of
    /// √(0.95·0.05/200) = 1.54 %, of which four are allowed. Below, that says something; above, it
    /// allows all 200, so the width is compared with that of the normal approximation.
    @Test func intervalsContainTheMeanInNineteenOfTwentyCases() {
        let simulations = 200
        let count = 50
        var hits = 0
        var widths: [Double] = []
        for simulation in 0..<simulations {
            let seed = UInt64(simulation)
            let estimate = mean(
                of: uniform(count, seed: seed), resamples: 400, seed: seed &+ 1_000)
            if !estimate.excludes(0.5) { hits += 1 }
            widths.append(estimate.high - estimate.low)
        }
        let share = Double(hits) / Double(simulations)
        #expect(abs(share - 0.95) <= 4 * (0.95 * 0.05 / Double(simulations)).squareRoot())
        let normal = 2 * 1.96 * (1 / 12.0 / Double(count)).squareRoot()
        #expect(abs(widths.mean / normal - 1) < 0.05)
    }

    /// The width falls with the square root of the number of samples: by about 4 here.
    @Test func moreSamplesGiveANarrowerInterval() {
        let few = mean(of: uniform(25, seed: 3))
        let many = mean(of: uniform(400, seed: 3))
        let ratio = (few.high - few.low) / (many.high - many.low)
        #expect(ratio > 2.5 && ratio < 6)
    }
}
