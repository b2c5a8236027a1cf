extension Program.Operation {
    /// A fully connected layer.
    public struct Linear: Hashable, Sendable {
        /// Applied to the result, bias included.
        public var activation: Activation?

        /// Describes a fully connected layer.
        public init(activation: Activation? = nil) {
            self.activation = activation
        }
    }
}

extension Program.Operation.Linear {
    var rules: Program.Operation.Rules {
        .init("linear", activation) { check throws(ShapeError) in
            try check.require(2...3, "a source, a weight and maybe a bias")
            let (features, weight) = (
                try check.batched(0, rank: 1), try check.parameter(1, rank: 2)
            )
            try check.that(weight[1] == features[0], "as many weight columns as source features")
            try check.sameElement(0, 1)
            try check.bias(2, of: weight[0])
            return [check.source([weight[0]])]
        }
    }

    static let sourceGradientRules = Program.Operation.Rules("linear source gradient") {
        check throws(ShapeError) in
        try check.require(2...2, "a gradient and a weight")
        let (gradient, weight) = (try check.batched(0, rank: 1), try check.parameter(1, rank: 2))
        try check.that(weight[0] == gradient[0], "as many weight rows as gradient features")
        try check.sameElement(0, 1)
        return [check.source([weight[1]])]
    }

    static func parameterGradientRules(hasBias: Bool) -> Program.Operation.Rules {
        .init("linear parameter gradient") { check throws(ShapeError) in
            try check.require(2...2, "a source and a gradient")
            let (source, gradient) = (try check.batched(0, rank: 1), try check.batched(1, rank: 1))
            try check.sameElement(0, 1)
            let weight = ValueType([gradient[0], source[0]], isBatched: false)
            return hasBias ? [weight, ValueType([gradient[0]], isBatched: false)] : [weight]
        }
    }
}
