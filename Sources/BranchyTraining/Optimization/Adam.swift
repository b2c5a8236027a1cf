public import Compute

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

    /// What Adam remembers of a parameter's gradients; zeros at the start, in its shape.
    public struct Moments: Hashable, Sendable {
        /// Running mean of gradients, under the parameters' names.
        public var mean: ParameterStore
        /// Running mean of squared gradients, under the parameters' names.
        public var square: ParameterStore

        /// The start of training.
        public init(like parameters: ParameterStore) {
            var zeros = ParameterStore()
            for (name, tensor) in parameters { zeros[name] = Tensor(repeating: 0, tensor.shape) }
            mean = zeros
            square = zeros
        }

        init(mean: ParameterStore, square: ParameterStore) {
            self.mean = mean
            self.square = square
        }
    }

    /// Changes one parameter along its gradient.
    ///
    /// - Parameters:
    ///   - parameter: the numbers, changed in place.
    ///   - gradient: the derivative of the loss by each of them.
    ///   - mean: the first moment, changed in place.
    ///   - square: the second moment, changed in place.
    ///   - learningRate: η of this step.
    ///   - step: how many steps have been made, this one included.
    public func update(
        _ parameter: inout MutableSpan<Float>, along gradient: Span<Float>,
        mean: inout MutableSpan<Float>, square: inout MutableSpan<Float>, learningRate: Double,
        step: Int
    ) {
        let (b1, b2) = (Float(beta1), Float(beta2))
        // Not 1 - b2: rounding β₂ = 0.999 first would be off by 1e-5 of what is left of 1.
        let (rest1, rest2) = (Float(1 - beta1), Float(1 - beta2))
        let correction1 = 1 - power(beta1, step)
        let correction2 = Float(1 - power(beta2, step))
        let stepSize = Float(learningRate / correction1)
        let shrink = decouplesDecay ? Float(1 - learningRate * weightDecay) : 1
        let decay = decouplesDecay ? 0 : Float(weightDecay)
        for index in parameter.indices {
            let value = parameter[index]
            let slope = gradient[index] + decay * value
            let first = b1 * mean[index] + rest1 * slope
            let second = b2 * square[index] + rest2 * slope * slope
            mean[index] = first
            square[index] = second
            let root = (second / correction2).squareRoot() + Float(epsilon)
            parameter[index] = value * shrink - stepSize * first / root
        }
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
