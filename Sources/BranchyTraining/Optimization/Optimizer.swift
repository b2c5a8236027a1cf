public import BranchyCompute

/// How parameters follow gradients: a value whose step is pure arithmetic.
///
/// What it remembers of past gradients lies beside the parameters, under their names (``Moments``).
public enum Optimizer: Hashable, Sendable {
    /// Steps along the mean of gradients, divided by their size.
    case adam(Adam)
    /// Steps along gradients, with momentum.
    case sgd(SGD)

    /// What is the same for every parameter in one step.
    public struct Pace: Hashable, Sendable {
        /// How many steps have been made, this one included.
        public var step: Int
        /// η of this step.
        public var learningRate: Double
        /// What gradients are multiplied by before anything else.
        public var gradientScale: Float

        /// The pace of a step.
        public init(step: Int, learningRate: Double, gradientScale: Float = 1) {
            self.step = step
            self.learningRate = learningRate
            self.gradientScale = gradientScale
        }
    }

    /// The same without decay.
    public var withoutWeightDecay: Optimizer {
        switch self {
        case .adam(var adam):
            adam.weightDecay = 0
            return .adam(adam)
        case .sgd(var sgd):
            sgd.weightDecay = 0
            return .sgd(sgd)
        }
    }

    /// Changes one parameter along its gradient.
    ///
    /// - Parameters:
    ///   - name: which one; parameters and moments have a tensor of that name.
    ///   - parameters: where its numbers are changed in place.
    ///   - gradient: the derivative of the loss by each of them.
    ///   - moments: what is remembered, changed in place.
    ///   - pace: what holds in this step.
    /// - Returns: whether all its numbers are finite afterwards.
    public func update(
        _ name: String, of parameters: inout ParameterStore, along gradient: Span<Float>,
        _ moments: inout Moments, at pace: Pace
    ) -> Bool {
        var isFinite = true
        _ = parameters.withMutableScalars(of: name) { parameter in
            moments.first.withMutableScalars(of: name) { first in
                switch self {
                case .adam(let adam):
                    _ = moments.second.withMutableScalars(of: name) { second in
                        isFinite = adam.update(
                            &parameter, along: gradient, mean: &first, square: &second, at: pace)
                    }
                case .sgd(let sgd):
                    isFinite = sgd.update(&parameter, along: gradient, velocity: &first, at: pace)
                }
            }
        }
        return isFinite
    }
}

/// What an optimizer remembers of gradients, under the parameters' names and in their shapes; zeros
/// at the start of training.
public struct Moments: Hashable, Sendable {
    /// Adam's mean of gradients, or SGD's velocity.
    public var first: ParameterStore
    /// Adam's mean of squared gradients; empty for SGD.
    public var second: ParameterStore

    /// The start of training.
    public init(of parameters: ParameterStore, for optimizer: Optimizer) {
        var zeros = ParameterStore()
        for (name, tensor) in parameters { zeros[name] = Tensor(repeating: 0, tensor.shape) }
        first = zeros
        switch optimizer {
        case .adam: second = zeros
        case .sgd: second = ParameterStore()
        }
    }
}
