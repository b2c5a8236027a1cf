/// Shortens gradients that are too long together, without turning them.
///
///     g = g · min(1, maximumNorm / (‖all g‖ + 1e-6))
///
/// References: Pascanu, Mikolov, Bengio, *On the difficulty of training recurrent neural networks*,
/// ICML 2013, algorithm 1; the small number is that of PyTorch's clip_grad_norm_.
public struct GradientClipping: Hashable, Sendable {
    /// The largest Euclidean norm of all gradients together, above 0; infinite to clip nothing.
    public var maximumNorm: Double

    /// Describes a limit.
    public init(maximumNorm: Double) {
        self.maximumNorm = maximumNorm
    }

    /// What gradients are multiplied by: 1 where the limit is kept, and NaN where there is no norm.
    public func scale(forSumOfSquares sum: Double) -> Float {
        guard maximumNorm.isFinite else { return 1 }
        let share = maximumNorm / (sum.squareRoot() + 1e-6)
        return share >= 1 ? 1 : sum.isFinite ? Float(share) : .nan
    }

    /// Sum of the squares of some numbers, in double precision.
    public static func sumOfSquares(_ numbers: Span<Float>) -> Double {
        // Eight sums side by side, since a single one is a chain that no vector instruction takes.
        var sums = SIMD8<Double>()
        let rest = numbers.count % 8
        for start in stride(from: 0, to: numbers.count - rest, by: 8) {
            var lanes = SIMD8<Float>()
            // Safety: `start + 7` is below the count.
            for lane in 0..<8 { lanes[lane] = numbers[unchecked: start + lane] }
            let precise = SIMD8<Double>(lanes)
            sums += precise * precise
        }
        return (numbers.count - rest..<numbers.count).reduce(sums.sum()) { sum, index in
            sum + Double(numbers[index]) * Double(numbers[index])
        }
    }
}
