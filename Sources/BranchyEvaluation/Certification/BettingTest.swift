import RealModule

/// A test of the mean of losses that are -1, 0 or 1, by betting against it.
///
/// If the mean is `m` or more, nobody expects to gain by betting a constant share `θ` of the capital
/// on smaller losses: a sample of loss `x` multiplies the capital by `1 + θ·(m − x)/(1 − m)`. The
/// mean over several `θ`, fixed before the data are seen, is such a capital too, and by Markov's
/// inequality it reaches `1/p` with a probability of at most `p`. Unlike bounds that know the range
/// only, it profits from most losses being 0.
///
/// References: Waudby-Smith, Ramdas, *Estimating Means of Bounded Random Variables by Betting*,
/// JRSS B 86, 2024, section 4 and appendix B (diversified Kelly betting).
package enum BettingTest {
    private static let bets = (1...49).map { Double($0) / 50 }

    /// The p-value of "the mean is `mean` or more"; `mean` lies between -1 and 1.
    package static func pValue(_ counts: LossCounts, mean: Double) -> Double {
        guard mean < 1 else { return counts.losses == counts.samples ? 1 : 0 }
        let zeros = Double(counts.samples - counts.losses - counts.gains)
        let logCapitals = bets.map { bet in
            Double(counts.losses) * Double.log(onePlus: -bet)
                + zeros * Double.log(onePlus: bet * mean / (1 - mean))
                + Double(counts.gains) * Double.log(onePlus: bet * (1 + mean) / (1 - mean))
        }
        let largest = logCapitals.max() ?? 0
        let sum = logCapitals.reduce(0) { $0 + Double.exp($1 - largest) }
        return min(1, Double.exp(-largest) * Double(bets.count) / sum)
    }

    /// The smallest mean that the counts refute at a level.
    package static func upperBound(_ counts: LossCounts, level: Double) -> Double {
        BinomialTest.smallest(in: -1...1) { pValue(counts, mean: $0) <= level }
    }
}
