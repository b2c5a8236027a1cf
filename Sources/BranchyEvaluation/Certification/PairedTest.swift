import RealModule

/// An exact test of the mean of losses that are -1, 0 or 1: of "the mean is `mean` or more".
///
/// The loss is the difference of two answers to the same sample, so this is the test of
/// non-inferiority for matched pairs. Outcomes are ordered by the score statistic, and as many of
/// them refute as keep the error at or below the level however many losses are made good by gains
/// (an unconditional test). Outcomes with so few losses that ``BinomialTest`` refutes "losses
/// alone are `mean` or more" refute always, since then their mean less that of the gains is below
/// it too. So this test proves whatever that one does, and more where there are gains.
///
/// Let `q` be the probability of a gain and `mean + q` that of a loss. What refutes stays refuting
/// with a loss less or a gain more, hence the error falls with the probability of a loss and rises
/// with that of a gain: between two values of `q` it is at most what the loss of the lower one and
/// the gain of the upper one give. The error is bounded so on cells that cover every `q`, and
/// means above `mean` err less. Nothing is approximated but sums of floating point.
///
/// References: Tango, *Equivalence Test and Confidence Interval for the Difference in Proportions
/// for the Paired-Sample Design*, Statistics in Medicine 17, 1998 (the statistic); Hsueh, Liu, Chen,
/// *Unconditional Exact Tests for Equivalence or Noninferiority for Paired Binary Endpoints*,
/// Biometrics 57, 2001; Sidik, *Exact Unconditional Tests for Testing Non-Inferiority in
/// Matched-Pairs Design*, Statistics in Medicine 22, 2003.
package struct PairedTest: Sendable {
    /// How much smaller than the standard deviation of the mean a cell is; halving it would change
    /// the most losses that refute by one in a hundred at most.
    private static let cellsPerDeviation = 20.0
    /// Below it no outcome refutes that the binomial test does not refute.
    private static let leastLimit = -8.0

    /// By the number of losses and gains together: the most losses among them that refute.
    private let mostLosses: [Int]

    /// Finds what refutes.
    ///
    /// - Parameters:
    ///   - samples: how many samples there are, at least 1.
    ///   - mean: above 0 and below 1.
    ///   - level: how often a mean of `mean` or more may be refuted, above 0 and below 1.
    package init(samples: Int, mean: Double, level: Double) {
        let design = Design(samples: samples, mean: mean, level: level)
        var (low, high) = (Self.leastLimit, 0.0)
        var mostLosses = design.mostLosses(scoreAtMost: -.infinity)
        for _ in 0..<16 {
            let middle = (low + high) / 2
            let wider = design.mostLosses(scoreAtMost: middle)
            if design.errsAtMostLevel(wider) {
                (low, mostLosses) = (middle, wider)
            } else {
                high = middle
            }
        }
        self.mostLosses = mostLosses
    }

    /// Whether the counts refute that the mean is so large.
    package func refutes(_ counts: LossCounts) -> Bool {
        counts.losses <= mostLosses[counts.losses + counts.gains]
    }

    /// The same for one outcome, without finding all others that refute.
    package static func refutes(_ counts: LossCounts, mean: Double, level: Double) -> Bool {
        let design = Design(samples: counts.samples, mean: mean, level: level)
        guard counts.losses > design.mostLossesAlone else { return true }
        let score = score(
            losses: counts.losses, gains: counts.gains, of: counts.samples, mean: mean)
        guard score < 0 else { return false }
        let wider = design.mostLosses(scoreAtMost: score)
        return counts.losses <= wider[counts.losses + counts.gains] && design.errsAtMostLevel(wider)
    }
}

extension PairedTest {
    /// The score statistic: how many standard deviations the mean loss lies above `mean`, by the
    /// deviation that is likeliest were that the mean.
    ///
    /// - Parameter mean: 0 ... 1; the other way round, losses are gains.
    package static func score(
        losses: Int, gains: Int, of samples: Int, mean: Double
    ) -> Double {
        let (n, k, g) = (Double(samples), Double(losses), Double(gains))
        // The likeliest probability of a gain solves 2n·q² + b·q + c = 0.
        let b = (2 * n - k + g) * mean - k - g
        let c = -g * mean * (1 - mean)
        let q = ((b * b - 8 * n * c).squareRoot() - b) / (4 * n)
        let variance = n * (2 * q + mean * (1 - mean))
        return (k - g - n * mean) / variance.squareRoot()
    }

    /// What is tested, of how many samples.
    fileprivate struct Design {
        let samples: Int
        let mean: Double
        let level: Double
        /// The most losses that the binomial test refutes by; -1 where it refutes by none.
        let mostLossesAlone: Int

        init(samples: Int, mean: Double, level: Double) {
            (self.samples, self.mean, self.level) = (samples, mean, level)
            mostLossesAlone = BinomialTest.mostEvents(of: samples, rate: mean, level: level)
        }

        /// By losses and gains together, the most losses of outcomes whose score is at most a limit
        /// or whose losses alone refute.
        ///
        /// One more sample that lost or gained adds a loss or none, which makes what refutes refute
        /// with a loss less or a gain more, whatever the score does.
        func mostLosses(scoreAtMost limit: Double) -> [Int] {
            var most = [min(0, mostLossesAlone)]
            for both in 1...samples {
                let next = most[both - 1] + 1
                let refutes = {
                    score(losses: next, gains: both - next, of: samples, mean: mean) <= limit
                }
                most.append(next <= mostLossesAlone || refutes() ? next : next - 1)
            }
            return most
        }

        /// Whether these outcomes are no more probable than the level, whatever the probability of
        /// a gain.
        func errsAtMostLevel(_ mostLosses: [Int]) -> Bool {
            // What rounding of the sums may hide.
            let most = level * (1 - 1e-9)
            let last = (1 - mean) / 2
            var low = 0.0
            while low < last {
                let deviation = ((mean + 2 * low) / Double(samples)).squareRoot()
                let high = min(low + deviation / cellsPerDeviation, last)
                guard probability(of: mostLosses, loss: mean + low, gain: high) <= most else {
                    return false
                }
                low = high
            }
            return true
        }
    }
}

extension PairedTest.Design {
    /// How probable it is that there are so few losses among those that lost or gained, where each
    /// sample loses and gains with these probabilities.
    private func probability(of mostLosses: [Int], loss: Double, gain: Double) -> Double {
        let (rate, share) = (loss + gain, loss / (loss + gain))
        let center = Double(samples) * rate
        // All but 1e-13 of the probability lies within (Bernstein's inequality).
        let reach = 8 * (center * (1 - rate)).squareRoot() + 40
        let first = Int(max(0, center - reach))
        let last = Int(min(Double(samples), center + reach))
        var weight = BinomialTest.probability(of: first, of: samples, rate: rate)
        var most = mostLosses[first]
        // At most that many of them losses, and exactly that many.
        var below = most < 0 ? 0 : BinomialTest.probability(ofAtMost: most, of: first, rate: share)
        var exactly = most < 0 ? 0 : BinomialTest.probability(of: most, of: first, rate: share)
        var sum = weight * below
        for both in first..<last {
            // One more lost or gained, each from the numbers before.
            weight *= Double(samples - both) / Double(both + 1) * rate / (1 - rate)
            below -= share * exactly
            let isMore = mostLosses[both + 1] > most
            if most < 0 {
                exactly = isMore ? Double.pow(1 - share, both + 1) : 0
            } else {
                exactly *= Double(both + 1)
                exactly *= isMore ? share / Double(most + 1) : (1 - share) / Double(both + 1 - most)
            }
            if isMore {
                below += exactly
                most += 1
            }
            sum += weight * below
        }
        return sum
    }
}
