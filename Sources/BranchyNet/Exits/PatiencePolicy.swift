/// Leaves once the answer has stayed the same for some exits in a row.
///
/// With a patience of `t`, a sample leaves at the first exit that is the `t`-th in a row to repeat
/// the answer of the exit before it: `t + 1` neighbouring exits agree. An exit whose logits are not
/// finite agrees with none. A network of `n` exits has `n - 1` early ones, so a patience of `n - 1`
/// or more lets nobody leave early.
///
/// References: Zhou et al., *BERT Loses Patience: Fast and Robust Inference with Early Exit*,
/// NeurIPS 2020, section 3.
public struct PatiencePolicy: ExitPolicy, Hashable, Codable {
    /// How many exits in a row have to repeat the answer before them; at least 1.
    public var patience: Int

    /// Waits until so many exits in a row have repeated the answer before them.
    public init(patience: Int) {
        self.patience = patience
    }

    /// Such as `patience 2`.
    public var description: String { "patience \(patience)" }

    /// Whether this exit and as many before it as the patience says gave the same answer.
    public func accepts(
        _ observation: ExitObservation, after earlier: Span<ExitObservation>, elapsed: Duration
    ) -> Bool {
        guard !observation.entropy.isNaN else { return false }
        var agreeing = 0
        for place in earlier.indices {
            let other = earlier[place]
            let agrees =
                other.predictedClass == observation.predictedClass && !other.entropy.isNaN
            agreeing = agrees ? agreeing + 1 : 0
        }
        return agreeing >= patience
    }

    /// Requires a patience of at least 1.
    public func validate(exitCount: Int) throws(PolicyError) {
        guard patience >= 1 else {
            throw PolicyError("a patience of \(patience), expected 1 or more")
        }
    }
}
