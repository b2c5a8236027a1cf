/// Stochastic gradient descent with momentum, as PyTorch defines it.
///
/// For a gradient g, with decay λ, momentum μ and learning rate η:
///
///     g = g + λ·p
///     v = μ·v + g
///     p = p − η·v                 or, after Nesterov,  p = p − η·(g + μ·v)
///
/// The learning rate multiplies the velocity, not the gradient that enters it, so that a schedule
/// acts at once.
///
/// References: Sutskever et al., *On the importance of initialization and momentum in deep
/// learning*, ICML 2013; the form is that of PyTorch's SGD with a dampening of 0.
public struct SGD: Hashable, Sendable {
    /// μ, 0 ..< 1.
    public var momentum: Double
    /// Whether the step looks ahead along the velocity (Nesterov).
    public var isNesterov: Bool
    /// λ, at least 0.
    public var weightDecay: Double

    /// Describes an optimizer.
    public init(momentum: Double = 0.9, isNesterov: Bool = false, weightDecay: Double = 0) {
        self.momentum = momentum
        self.isNesterov = isNesterov
        self.weightDecay = weightDecay
    }

    /// Changes one parameter along its gradient.
    ///
    /// - Parameters:
    ///   - parameter: the numbers, changed in place.
    ///   - gradient: the derivative of the loss by each of them.
    ///   - velocity: what is remembered of earlier gradients, changed in place.
    ///   - pace: what holds in this step.
    /// - Precondition: all have as many numbers.
    /// - Returns: whether all numbers of the parameter are finite afterwards.
    public func update(
        _ parameter: inout MutableSpan<Float>, along gradient: Span<Float>,
        velocity: inout MutableSpan<Float>, at pace: Optimizer.Pace
    ) -> Bool {
        let (momentum, decay) = (Float(momentum), Float(weightDecay))
        let (rate, scale) = (Float(pace.learningRate), pace.gradientScale)
        let (slopeShare, velocityShare): (Float, Float) = isNesterov ? (1, momentum) : (0, 1)
        let count = parameter.count
        precondition(gradient.count == count && velocity.count == count)
        var check = FiniteCheck()
        for index in 0..<count {
            // Safety: all have `count` numbers. Checked accesses would keep the loop from vectors.
            let value = parameter[unchecked: index]
            let slope = scale * gradient[unchecked: index] + decay * value
            let speed = momentum * velocity[unchecked: index] + slope
            let result = value - rate * (slopeShare * slope + velocityShare * speed)
            velocity[unchecked: index] = speed
            parameter[unchecked: index] = result
            check.look(at: result)
        }
        return check.isPassed
    }
}
