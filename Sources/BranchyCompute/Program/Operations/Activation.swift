extension Program.Operation {
    /// A function of one number. Some operations can apply one to their result before it is
    /// written.
    ///
    /// Whoever depends on which function it is has a `switch` over these cases, without a default.
    public enum Activation: Hashable, Sendable {
        /// `max(0, x)`.
        case relu
        /// `min(max(x, minimum), maximum)`, whose minimum is below its maximum. ReLU6 is
        /// `clip(minimum: 0, maximum: 6)`.
        case clip(minimum: Float, maximum: Float)
        /// `1 / (1 + exp(−x))`.
        case sigmoid
        /// `min(max(x/6 + 1/2, 0), 1)`: Howard et al., *Searching for MobileNetV3*, ICCV 2019,
        /// section 5.2.
        case hardSigmoid
        /// `x · hardSigmoid(x)`, from the same place.
        case hardSwish
        /// `x · sigmoid(x)`, also called Swish: Ramachandran, Zoph, Le, *Searching for Activation
        /// Functions*, 2017.
        case silu
        /// `x · Φ(x)`, with the distribution function Φ of the normal distribution: Hendrycks,
        /// Gimpel, *Gaussian Error Linear Units*, 2016.
        case gelu
        /// The same with `Φ(x) ≈ (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2`.
        case geluTanh

        /// A value that a derivative is found from.
        public enum DerivativeOperand: Hashable, Sendable {
            /// What the activation read.
            case source
            /// What it wrote. Only of such an activation the derivative is known where an operation
            /// applies it to its result: nobody keeps what came before.
            case result
        }

        /// Which value the derivative is found from.
        public var derivativeOperand: DerivativeOperand {
            switch self {
            case .relu, .clip, .sigmoid, .hardSigmoid: .result
            case .hardSwish, .silu, .gelu, .geluTanh: .source
            }
        }

        /// Whether the derivative is 1 or 0 everywhere, so that a selection records it.
        public var selects: Bool {
            switch self {
            case .relu, .clip: true
            case .sigmoid, .hardSigmoid, .hardSwish, .silu, .gelu, .geluTanh: false
            }
        }

        /// As errors and listings print it.
        public var name: String {
            switch self {
            case .relu: "relu"
            case .clip(let minimum, let maximum): "clip \(minimum)...\(maximum)"
            case .sigmoid: "sigmoid"
            case .hardSigmoid: "hard sigmoid"
            case .hardSwish: "hard swish"
            case .silu: "silu"
            case .gelu: "gelu"
            case .geluTanh: "gelu by tanh"
            }
        }
    }

    /// `max(0, x)`, element by element.
    public static let relu = Program.Operation.activation(.relu)
}

extension Program.Operation.Gradient {
    /// The derivative of `max(0, x)`: `dy` where the *result* is above 0, else 0.
    public static let relu = Program.Operation.Gradient.activation(.relu)
}

extension Program.Operation.Activation {
    var rules: Program.Operation.Rules {
        .init(name) { check throws(ShapeError) in
            try check.require(1...1, "a source")
            try check.floats(0)
            try check.that(isValid, "a minimum below the maximum")
            return check.operands
        }
    }

    var gradientRules: Program.Operation.Rules {
        .init("\(name) gradient") { check throws(ShapeError) in
            try check.require(2...2, "a \(derivativeOperand) and a gradient")
            try check.floats(0)
            try check.that(isValid, "a minimum below the maximum")
            try check.that(check.operands[0] == check.operands[1], "two values of one shape")
            return [check.operands[1]]
        }
    }

    private var isValid: Bool {
        guard case .clip(let minimum, let maximum) = self else { return true }
        return minimum < maximum
    }
}
