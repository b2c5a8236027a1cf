import RealModule

/// What a teacher says of a sample at a temperature, for others to learn from:
///
///     exp(logitₖ / T) / Σⱼ exp(logitⱼ / T)
///
/// References: Hinton, Vinyals, Dean, *Distilling the Knowledge in a Neural Network*, 2015, equation 1.
enum SoftTargets {
    /// - Parameters:
    ///   - logits: of all classes.
    ///   - temperature: T, above 0.
    static func probabilities(
        of logits: some Collection<Float>, temperature: Double
    ) -> [Float] {
        let scaled = logits.map { Double($0) / temperature }
        let largest = scaled.max() ?? 0
        let powers = scaled.map { Double.exp($0 - largest) }
        let sum = powers.reduce(0, +)
        return powers.map { Float($0 / sum) }
    }
}
