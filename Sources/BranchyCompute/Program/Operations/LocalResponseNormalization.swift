extension Program.Operation {
    /// The numbers in a local response normalization.
    public struct LocalResponseNormalization: Hashable, Sendable {
        /// How many neighbouring channels, an odd number.
        public var size: Int
        /// α, the weight of the sum of squares; not divided by `size`.
        public var alpha: Float
        /// β, the exponent.
        public var beta: Float
        /// k, added to the sum, above 0.
        public var k: Float

        /// Describes a normalization.
        public init(size: Int, alpha: Float, beta: Float, k: Float) {
            self.size = size
            self.alpha = alpha
            self.beta = beta
            self.k = k
        }
    }
}

extension Program.Operation.LocalResponseNormalization {
    var rules: Program.Operation.Rules {
        .init("local response normalization") { check throws(ShapeError) in
            try check.require(1...1, "a source")
            try checkNumbers(check)
            return [check.source(try check.batched(0, rank: 3))]
        }
    }

    var gradientRules: Program.Operation.Rules {
        .init("local response normalization gradient") { check throws(ShapeError) in
            try check.require(2...2, "a source and a gradient")
            try checkNumbers(check)
            let source = try check.batched(0, rank: 3)
            try check.that(check.operands[1] == check.operands[0], "two values of one shape")
            return [check.source(source)]
        }
    }

    private func checkNumbers(_ check: OperandCheck) throws(ShapeError) {
        try check.that(
            size >= 1 && size % 2 == 1 && k > 0 && alpha >= 0 && alpha.isFinite && beta.isFinite,
            "an odd number of channels, k above 0, alpha of 0 or more")
    }
}
