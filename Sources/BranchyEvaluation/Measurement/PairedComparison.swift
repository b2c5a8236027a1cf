import RealModule

/// Two ways of answering the same samples, compared by those that only one of them answers rightly.
///
/// Samples that both answer rightly, or both wrongly, tell no difference. Since they are the same
/// samples, this sees differences that the intervals of two accuracies do not.
public struct PairedComparison: Hashable, Sendable {
    /// How many samples there are.
    public let samples: Int
    /// Those that only the first answers rightly.
    public let onlyFirst: Int
    /// Those that only the second answers rightly.
    public let onlySecond: Int

    /// Compares by counts.
    public init(samples: Int, onlyFirst: Int, onlySecond: Int) {
        (self.samples, self.onlyFirst, self.onlySecond) = (samples, onlyFirst, onlySecond)
    }

    /// Compares by which samples were answered rightly, in one order.
    ///
    /// - Precondition: there are as many of both.
    public init(_ first: [Bool], _ second: [Bool]) {
        precondition(first.count == second.count, "the same samples")
        let pairs = zip(first, second)
        self.init(
            samples: first.count, onlyFirst: pairs.count { $0 && !$1 },
            onlySecond: pairs.count { !$0 && $1 })
    }

    /// How probable it is that as many samples or more tell the two apart as they do, were both
    /// right equally often: the two-sided p-value of McNemar's test, exactly; 1 where none do.
    ///
    /// References: McNemar, *Note on the Sampling Error of the Difference between Correlated
    /// Proportions or Percentages*, Psychometrika 12, 1947.
    public var pValue: Double {
        let fewer = min(onlyFirst, onlySecond)
        let oneSided = BinomialTest.probability(
            ofAtMost: fewer, of: onlyFirst + onlySecond, rate: 0.5)
        return min(1, 2 * oneSided)
    }

    /// The first's accuracy less the second's, -1 ... 1, with the score interval for paired
    /// samples; `nil` of none.
    ///
    /// References: Tango, *Equivalence Test and Confidence Interval for the Difference in
    /// Proportions for the Paired-Sample Design*, Statistics in Medicine 17, 1998.
    public var difference: Estimate? {
        guard samples > 0 else { return nil }
        return Estimate(
            estimate: Double(onlyFirst - onlySecond) / Double(samples),
            low: -upperEnd(onlySecond, onlyFirst), high: upperEnd(onlyFirst, onlySecond))
    }

    /// The smallest difference that the counts lie below by what 2.5 % of a normal distribution do.
    private func upperEnd(_ more: Int, _ less: Int) -> Double {
        BinomialTest.smallest(in: -1...1) { difference in
            let score =
                difference < 0
                ? -PairedTest.score(losses: less, gains: more, of: samples, mean: -difference)
                : PairedTest.score(losses: more, gains: less, of: samples, mean: difference)
            return score <= -Estimate.normalQuantile
        }
    }
}
