import RealModule

/// What an exit's logits say, computed once: all that an exit policy looks at.
///
/// Everything comes from logits by log-sum-exp, so that certain outputs give an entropy of exactly
/// 0 and large logits never overflow. A logit that is NaN or infinite makes every measure NaN, and
/// no score or patience accepts a NaN.
public struct ExitObservation: Hashable, Sendable {
    /// Which exit, counted from 0.
    public let exit: Int
    /// The class of the largest logit, counted from 0; the first one of equals.
    public let predictedClass: Int
    /// Shannon entropy of the softmax in nats, 0 ... ln K.
    public let entropy: Float
    /// Entropy divided by ln K, 0 ... 1.
    public let normalizedEntropy: Float
    /// The largest softmax probability, 1/K ... 1.
    public let maximumProbability: Float
    /// The largest softmax probability less the second largest, 0 ... 1.
    public let margin: Float
    /// The probability of a class, 0 ... 1, by the softmax of the logits that were observed.
    ///
    ///     probability = exp(logit - largestLogit) * maximumProbability
    ///
    /// That of the answer is ``maximumProbability``, bit for bit. It is NaN where the observation is
    /// not finite.
    ///
    /// - Parameters:
    ///   - logit: the logit of the class.
    ///   - largestLogit: that of ``predictedClass``.
    public func probability(ofLogit logit: Float, largestLogit: Float) -> Float {
        Float.exp(logit - largestLogit) * maximumProbability
    }

    /// Whether all logits are finite. Where not, no measure is a number and the class means nothing.
    public var isFinite: Bool { !entropy.isNaN }

    /// Looks at the logits of one sample at one exit.
    ///
    /// - Precondition: there are at least two logits.
    public init(logits: Span<Float>, exit: Int) {
        precondition(logits.count >= 2, "an exit needs at least two logits")
        var (largest, second) = (0, 1)
        if logits[1] > logits[0] || logits[0].isNaN { (largest, second) = (1, 0) }
        for index in 2..<max(logits.count, 2) {
            if logits[index] > logits[largest] || logits[largest].isNaN {
                (largest, second) = (index, largest)
            } else if logits[index] > logits[second] {
                second = index
            }
        }
        let maximum = logits[largest]
        var (sum, weighted): (Float, Float) = (0, 0)
        for index in logits.indices {
            let difference = logits[index] - maximum
            // A network that overflows is as little sure as one that gives NaN.
            let exponential = logits[index].isFinite ? Float.exp(difference) : .nan
            sum += exponential
            // exp underflows to 0 long before its argument reaches -inf, and 0 · -inf is NaN.
            if exponential != 0 { weighted += exponential * difference }
        }
        // H = log Σe − Σe·d / Σe with d = logit − maximum; rounding may leave it out of its range.
        let entropy = Float.log(sum) - weighted / sum
        let largestEntropy = Float.log(Float(logits.count))
        self.exit = exit
        self.predictedClass = largest
        self.entropy = entropy < 0 ? 0 : entropy > largestEntropy ? largestEntropy : entropy
        self.normalizedEntropy = self.entropy / largestEntropy
        self.maximumProbability = 1 / sum
        self.margin = (1 - Float.exp(logits[second] - maximum)) / sum
    }
}
