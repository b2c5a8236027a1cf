extension Program.Operation {
    /// A function of one number. Some operations can apply one to their result before it is
    /// written.
    ///
    /// Whoever depends on which function it is has a `switch` over these cases, without a default.
    public enum Activation: String, Hashable, Sendable, CaseIterable {
        /// `max(0, x)`.
        case relu

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
            case .relu: .result
            }
        }

        /// Whether the derivative is 1 or 0 everywhere, so that a selection records it.
        public var selects: Bool {
            switch self {
            case .relu: true
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
        .init(rawValue) { check throws(ShapeError) in
            try check.require(1...1, "a source")
            try check.floats(0)
            return check.operands
        }
    }

    var gradientRules: Program.Operation.Rules {
        .init("\(rawValue) gradient") { check throws(ShapeError) in
            try check.require(2...2, "a \(derivativeOperand) and a gradient")
            try check.floats(0)
            try check.that(check.operands[0] == check.operands[1], "two values of one shape")
            return [check.operands[1]]
        }
    }
}
