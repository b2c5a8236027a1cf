/// Adam, and AdamW where decay is decoupled: a value whose step is pure arithmetic.
///
/// For a gradient g at step t (from 1 on), with decay λ and learning rate η:
///
///     m = β₁·m + (1 − β₁)·g            v = β₂·v + (1 − β₂)·g²
///     p = p − η · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// Plain decay adds λ·p to g; decoupled decay multiplies p by 1 − η·λ first.
///
/// References: Kingma, Ba, *Adam*, ICLR 2015, algorithm 1; Loshchilov, Hutter, *Decoupled Weight
/// Decay Regularization*, ICLR 2019, algorithm 2.
public struct Adam: Hashable, Sendable {
    /// Decay of the mean of gradients, 0 ..< 1.
    public var beta1: Double
    /// Decay of the mean of squared gradients, 0 ..< 1.
    public var beta2: Double
    /// Added to the root, above 0.
    public var epsilon: Double
    /// λ, at least 0.
    public var weightDecay: Double
    /// Whether decay bypasses the gradient (AdamW).
    public var decouplesDecay: Bool

    /// Describes an optimizer; the paper's is `Adam(beta1: 0.99)` at a learning rate of 0.001.
    public init(
        beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        weightDecay: Double = 0, decouplesDecay: Bool = false
    ) {
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.decouplesDecay = decouplesDecay
    }

    /// Changes one parameter along its gradient.
    ///
    /// - Parameters:
    ///   - parameter: the numbers, changed in place.
    ///   - gradient: the derivative of the loss by each of them.
    ///   - mean: the first moment, changed in place.
    ///   - square: the second moment, changed in place.
    ///   - pace: what holds in this step.
    /// - Precondition: all have as many numbers.
    /// - Returns: whether all numbers of the parameter are finite afterwards.
    public func update(
        _ parameter: inout MutableSpan<Float>, along gradient: Span<Float>,
        mean: inout MutableSpan<Float>, square: inout MutableSpan<Float>, at pace: Optimizer.Pace
    ) -> Bool {
        let (b1, b2) = (Float(beta1), Float(beta2))
        // Not 1 - b2: rounding β₂ = 0.999 first would be off by 1e-5 of what is left of 1.
        let (rest1, rest2) = (Float(1 - beta1), Float(1 - beta2))
        let correction1 = 1 - power(beta1, pace.step)
        let correction2 = Float(1 - power(beta2, pace.step))
        let stepSize = Float(pace.learningRate / correction1)
        let shrink = decouplesDecay ? Float(1 - pace.learningRate * weightDecay) : 1
        let decay = decouplesDecay ? 0 : Float(weightDecay)
        let (small, scale) = (Float(epsilon), pace.gradientScale)
        let count = parameter.count
        precondition(gradient.count == count && mean.count == count && square.count == count)
        var check = FiniteCheck()
        for index in 0..<count {
            // Safety: all have `count` numbers.
            let value = parameter[unchecked: index]
            let slope = scale * gradient[unchecked: index] + decay * value
            let first = b1 * mean[unchecked: index] + rest1 * slope
            let second = b2 * square[unchecked: index] + rest2 * slope * slope
            mean[unchecked: index] = first
            square[unchecked: index] = second
            let root = (second / correction2).squareRoot() + small
            let result = value * shrink - stepSize * first / root
            parameter[unchecked: index] = result
            check.look(at: result)
        }
        return check.isPassed
    }
}

/// `base` to a whole power, by repeated squaring: the same bits everywhere, unlike the C library's.
private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
        if rest & 1 == 1 { result *= square }
        square *= square
        rest >>= 1
    }
    return result
}
