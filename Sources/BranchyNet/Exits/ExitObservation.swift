import RealModule

/// What an exit's logits say, computed once: all that an exit policy looks at.
///
/// Everything comes from logits, divided by the exit's temperature, by log-sum-exp, so that certain
/// outputs give an entropy of exactly 0 and large logits never overflow. A logit that is NaN or infinite makes every measure NaN, and
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
    /// What the logits were divided by before the softmax, above 0.
    public let temperature: Float

    /// The probability of a class, 0 ... 1, by the softmax of the logits that were observed.
    ///
    ///     probability = exp((logit - largestLogit) / temperature) * maximumProbability
    ///
    /// That of the answer is ``maximumProbability``, bit for bit. It is NaN where the observation is
    /// not finite.
    ///
    /// - Parameters:
    ///   - logit: the logit of the class.
    ///   - largestLogit: that of ``predictedClass``.
    public func probability(ofLogit logit: Float, largestLogit: Float) -> Float {
        Float.exp((logit - largestLogit) / temperature) * maximumProbability
    }

    /// Whether all logits are finite. Where not, no measure is a number and the class means nothing.
    public var isFinite: Bool { !entropy.isNaN }

    /// Looks at the logits of one sample at one exit.
    ///
    /// - Parameter temperature: what logits are divided by before the softmax
    ///   (``ExitTemperatures``). The answer is that of the logits themselves; 1 changes no bit.
    /// - Precondition: there are at least two logits, and the temperature is above 0.
    public init(logits: Span<Float>, exit: Int, temperature: Float = 1) {
        precondition(logits.count >= 2, "an exit needs at least two logits")
        precondition(temperature > 0, "a temperature above 0")
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
            // Differences are divided, not logits: these would be rounded, and could tie.
            let difference = (logits[index] - maximum) / temperature
            // A network that overflows is as little sure as one that gives NaN.
            let exponential = logits[index].isFinite ? Float.exp(difference) : .nan
            sum += exponential
            // exp underflows to 0 long before its argument reaches -inf, and 0 · -inf is NaN.
            if exponential != 0 { weighted += exponential * difference }
        }
        // H = log Σe − Σe·d / Σe with d = (logit − maximum) / temperature; rounding may leave it out
        // of its range.
        let entropy = Float.log(sum) - weighted / sum
        let largestEntropy = Float.log(Float(logits.count))
        self.exit = exit
        self.predictedClass = largest
        self.entropy = entropy < 0 ? 0 : entropy > largestEntropy ? largestEntropy : entropy
        self.normalizedEntropy = self.entropy / largestEntropy
        self.maximumProbability = 1 / sum
        self.margin = (1 - Float.exp((logits[second] - maximum) / temperature)) / sum
        self.temperature = temperature
    }
}
