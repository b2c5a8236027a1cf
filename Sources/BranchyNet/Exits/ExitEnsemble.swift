/// Lets the exits that a sample has visited answer together, by a weighted product of their
/// probabilities.
///
/// The product of powers is the softmax of a weighted sum of logits, since what the logarithm of a
/// softmax takes off is the same for all classes:
///
///     p ∝ Π p[j] ^ w[j] = softmax(Σ w[j] · z[j]), j from the first exit to this one
///
/// Logits are those of the network, not divided by temperatures: the weights' size is one. The last
/// exit answers alone, as the network does without exits.
///
/// References: Wołczyk et al., *Zero Time Waste: Recycling Predictions in Early Exit Neural
/// Networks*, NeurIPS 2021, section 3.2; there classes have weights too, and the last exit is part of
/// an ensemble.
public struct ExitEnsemble: Hashable, Sendable {
    /// By early exit: the weight of the logits of each exit up to it, itself included.
    public var weights: [[Float]]

    /// Weighs the logits of exits.
    public init(weights: [[Float]]) {
        self.weights = weights
    }

    /// Adds the logits of an exit, weighted, to a sum that begins with zeros.
    ///
    /// - Parameters:
    ///   - logits: of an exit, `[K]`.
    ///   - exit: which one.
    ///   - answering: the early exit that the sum is for, `exit` or a later one.
    ///   - sum: of the exits before, `[K]`.
    package func add(
        _ logits: Span<Float>, of exit: Int, answering: Int, to sum: inout MutableSpan<Float>
    ) {
        let weight = weights[answering][exit]
        for index in logits.indices { sum[index] += weight * logits[index] }
    }
}
