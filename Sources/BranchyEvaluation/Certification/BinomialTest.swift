import RealModule

/// Exact statements about a probability from counted events.
///
/// References: Clopper, Pearson, *The Use of Confidence or Fiducial Limits Illustrated in the Case
/// of the Binomial*, Biometrika 26, 1934.
package enum BinomialTest {
    /// The probability of at most so many events among `count`, each with the probability `rate`:
    /// the p-value of "the rate is `rate` or more".
    package static func probability(ofAtMost events: Int, of count: Int, rate: Double) -> Double {
        guard events < count, rate > 0 else { return 1 }
        guard rate < 1, events >= 0 else { return 0 }
        let odds = (1 - rate) / rate
        // Summed from the largest number of events down, each term from the one before.
        var term = probability(of: events, of: count, rate: rate)
        if term == 0 && Double(events) > Double(count) * rate { return 1 }
        var sum = 0.0
        for events in stride(from: events, through: 0, by: -1) {
            sum += term
            term *= Double(events) * odds / Double(count - events + 1)
        }
        return min(sum, 1)
    }

    /// The probability of exactly so many events, 0 ... `count`, where `rate` lies between 0 and 1.
    static func probability(of events: Int, of count: Int, rate: Double) -> Double {
        let (k, n) = (Double(events), Double(count))
        return Double.exp(
            Double.logGamma(n + 1) - Double.logGamma(k + 1) - Double.logGamma(n - k + 1)
                + k * Double.log(rate) + (n - k) * Double.log(onePlus: -rate))
    }

    /// The most events that refute a rate at a level; -1 where not even none do.
    static func mostEvents(of count: Int, rate: Double, level: Double) -> Int {
        var (low, high) = (-1, count)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if probability(ofAtMost: middle, of: count, rate: rate) <= level {
                low = middle
            } else {
                high = middle
            }
        }
        return low
    }

    /// The smallest rate that so few events refute at a level: below it lies the true rate with
    /// the probability 1 - `level`.
    package static func upperBound(_ events: Int, of count: Int, level: Double) -> Double {
        guard events < count else { return 1 }
        return smallest(in: 0...1) {
            probability(ofAtMost: events, of: count, rate: $0) <= level
        }
    }

    /// Halves an interval until it has no middle; the condition holds from some number on.
    static func smallest(
        in range: ClosedRange<Double>, where condition: (Double) -> Bool
    ) -> Double {
        var (low, high) = (range.lowerBound, range.upperBound)
        while true {
            let middle = low + (high - low) / 2
            guard low < middle, middle < high else { return high }
            if condition(middle) { high = middle } else { low = middle }
        }
    }
}
