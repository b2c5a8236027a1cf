import BranchyData

extension [Double] {
    /// The middle of the sorted numbers, or the mean of the two in the middle; NaN of none.
    ///
    /// What sums up a ``LatencyMeasurement``: a moment in which the machine did something else moves
    /// a mean and hardly a median.
    public var median: Double { quantile(0.5) }

    /// The sum divided by the count; NaN of none.
    package var mean: Double { reduce(0, +) / Double(count) }

    /// The number below which a share of the sorted numbers lies, interpolated between neighbours
    /// (Hyndman, Fan, *Sample Quantiles in Statistical Packages*, 1996, definition 7); NaN of none.
    package func quantile(_ share: Double) -> Double {
        guard !isEmpty else { return .nan }
        let sorted = sorted()
        let position = share * Double(count - 1)
        let below = Int(position.rounded(.down))
        let above = Swift.min(below + 1, count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
    }
}

/// A number with the interval in which it lies with 95 % confidence.
public struct Estimate: Hashable, Sendable, Codable {
    /// The number itself.
    public var estimate: Double
    /// The lower end.
    public var low: Double
    /// The upper end.
    public var high: Double

    /// Describes an estimate.
    public init(estimate: Double, low: Double, high: Double) {
        self.estimate = estimate
        self.low = low
        self.high = high
    }

    /// Beyond so many standard deviations lie 2.5 % of a normal distribution.
    static let normalQuantile = 1.959963984540054

    /// Whether the interval leaves out a number, so that the estimate differs from it.
    public func excludes(_ number: Double) -> Bool { number < low || number > high }

    /// An estimate from samples, with a percentile-bootstrap interval.
    ///
    /// References: Efron, Tibshirani, *An Introduction to the Bootstrap*, 1993, section 13.3.
    ///
    /// - Parameters:
    ///   - sampleCount: how many samples there are, at least 1.
    ///   - resamples: how many times they are drawn again.
    ///   - seed: decides what is drawn.
    ///   - statistic: computes the number from the places of some samples.
    public init(
        bootstrapping sampleCount: Int, resamples: Int = 1_000, seed: UInt64 = 0,
        _ statistic: ([Int]) -> Double
    ) {
        var generator = SplitMix64(seed: seed, stream: RandomPurpose.bootstrap.rawValue)
        let drawn = (0..<resamples).map { _ in
            statistic((0..<sampleCount).map { _ in generator.integer(below: sampleCount) })
        }
        estimate = statistic(Array(0..<sampleCount))
        low = drawn.quantile(0.025)
        high = drawn.quantile(0.975)
    }

    /// The share of events among a count, 0 ... 1, with its score interval; `nil` of none.
    ///
    /// Unlike the interval of twice the standard error it stays within 0 ... 1 and says something
    /// where no event or nothing else was seen.
    ///
    /// References: Wilson, *Probable Inference, the Law of Succession, and Statistical Inference*,
    /// JASA 22, 1927; Newcombe, *Two-Sided Confidence Intervals for the Single Proportion*,
    /// Statistics in Medicine 17, 1998 (method 3).
    ///
    /// - Precondition: `0 <= events <= count`.
    public init?(wilson events: Int, of count: Int) {
        guard count > 0 else { return nil }
        let (n, share) = (Double(count), Double(events) / Double(count))
        let z = Self.normalQuantile
        let center = (share + z * z / (2 * n)) / (1 + z * z / n)
        let spread = (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        let half = z * spread / (1 + z * z / n)
        estimate = share
        // Rounding would leave the ends of 0 and 1 a little off.
        low = events == 0 ? 0 : center - half
        high = events == count ? 1 : center + half
    }
}
