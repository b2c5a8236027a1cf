extension Program.Operation {
    /// How a batch normalization finds mean and variance.
    public struct BatchNormalization: Hashable, Sendable {
        /// ε, added to the variance, above 0.
        public var epsilon: Float
        /// Where mean and variance come from.
        public var statistics: Statistics
        /// Applied to the result.
        public var activation: Activation?

        /// Where mean and variance come from.
        public enum Statistics: String, Hashable, Sendable {
            /// They are operands.
            case given
            /// They are computed from the batch, and are results.
            case batch
        }

        /// Describes a normalization.
        public init(
            epsilon: Float = 1e-5, statistics: Statistics, activation: Activation? = nil
        ) {
            self.epsilon = epsilon
            self.statistics = statistics
            self.activation = activation
        }
    }
}

extension Program.Operation.BatchNormalization {
    var rules: Program.Operation.Rules { .init("batch normalization", activation, resultTypes) }

    var gradientRules: Program.Operation.Rules {
        .init("batch normalization gradient", nil, gradientTypes)
    }

    private func resultTypes(_ check: OperandCheck) throws(ShapeError) -> [ValueType] {
        let isGiven = statistics == .given
        try check.require(
            isGiven ? 5...5 : 3...3,
            isGiven ? "a source, weight, bias, mean and variance" : "a source, a weight and a bias")
        try check.that(
            epsilon > 0 && (isGiven || activation?.selects != false),
            "an epsilon above 0, and of a batch no activation but one that selects")
        let (source, channel) = try channels(check, parameters: 1..<check.operands.count)
        let selection = activation == nil ? [] : [ValueType(source, element: .selection)]
        return [check.source(source)] + (isGiven ? [] : [channel, channel] + selection)
    }

    private func gradientTypes(_ check: OperandCheck) throws(ShapeError) -> [ValueType] {
        let expected = "a source, weight, mean, variance, gradient and, of an activation, selection"
        try check.require(activation == nil ? 5...5 : 6...6, expected)
        try check.that(
            epsilon > 0 && (statistics == .batch || activation == nil),
            "an epsilon above 0, and of given statistics no activation")
        let (source, channel) = try channels(check, parameters: 1..<4)
        let selection = activation == nil ? [] : [ValueType(source, element: .selection)]
        try check.that(
            Array(check.operands[4...]) == [check.source(source)] + selection,
            "a gradient of the source's type")
        return [check.source(source), channel, channel]
    }

    /// The source's shape, and the type of one number per channel.
    private func channels(
        _ check: OperandCheck, parameters: Range<Int>
    ) throws(ShapeError) -> (Shape, ValueType) {
        let source = try check.image(0)
        let channel = ValueType([source[0]], isBatched: false)
        try check.that(
            parameters.allSatisfy { check.operands[$0] == channel },
            "\(source[0]) numbers, one per channel, in each parameter")
        return (source, channel)
    }
}
