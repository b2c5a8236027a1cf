extension Program.Operation {
    /// How a convolution's window moves; the same in both directions.
    public struct Convolution: Hashable, Sendable {
        /// Distance between windows, at least 1.
        public var stride: Int
        /// Rows and columns of zeros on every side, at least 0.
        public var padding: Int
        /// Applied to the result, bias included.
        public var activation: Activation?

        /// Describes a convolution.
        public init(stride: Int = 1, padding: Int = 0, activation: Activation? = nil) {
            self.stride = stride
            self.padding = padding
            self.activation = activation
        }
    }
}

extension Program.Operation.Convolution {
    var rules: Program.Operation.Rules { .init("convolution", activation, resultTypes) }

    func sourceGradientRules(_ source: Shape) -> Program.Operation.Rules {
        .init("convolution source gradient") { check throws(ShapeError) in
            try check.require(2...2, "a gradient and a weight")
            let forward = try Program.Operation.convolution(self).resultTypes(
                for: [check.source(source), check.operands[1]])
            try check.that(forward == [check.operands[0]], "the gradient of \(forward)")
            return [check.source(source)]
        }
    }

    func parameterGradientRules(kernelSize: Int, hasBias: Bool) -> Program.Operation.Rules {
        .init("convolution parameter gradient") { check throws(ShapeError) in
            try check.require(2...2, "a source and a gradient")
            let (source, gradient) = (try check.batched(0, rank: 3), try check.batched(1, rank: 3))
            let dimensions = [gradient[0], source[0], kernelSize, kernelSize]
            var weight = ValueType(
                try check.shape(dimensions, "a kernel of 1 or more"),
                element: check.operands[0].element, isBatched: false)
            let forward = try Program.Operation.convolution(self).resultTypes(
                for: [check.operands[0], weight])
            try check.that(forward == [check.operands[1]], "the gradient of \(forward)")
            weight.element = .float32
            return hasBias ? [weight, ValueType([gradient[0]], isBatched: false)] : [weight]
        }
    }

    /// Far beyond any use; sums of a few of these do not overflow.
    private static let largestSize = 1 << 31

    private func resultTypes(_ check: OperandCheck) throws(ShapeError) -> [ValueType] {
        try check.require(2...3, "a source, a weight and maybe a bias")
        let (source, weight) = (try check.batched(0, rank: 3), try check.parameter(1, rank: 4))
        try check.that(
            stride >= 1 && padding >= 0 && max(padding, source[1], source[2]) <= Self.largestSize,
            "a stride of 1 or more, no negative padding, no size above \(Self.largestSize)")
        try check.that(weight[1] == source[0], "as many weight columns as source channels")
        try check.sameElement(0, 1)
        try check.that(weight[2] == weight[3] && weight[2] >= 1, "a square kernel")
        try check.bias(2, of: weight[0])
        let rows = source[1] + 2 * padding - weight[2]
        let columns = source[2] + 2 * padding - weight[2]
        try check.that(rows >= 0 && columns >= 0, "a kernel no larger than the padded source")
        let dimensions = [weight[0], rows / stride + 1, columns / stride + 1]
        return [check.source(try check.shape(dimensions, "a result that fits memory"))]
    }
}
