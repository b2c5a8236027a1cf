extension Program.Operation {
    /// How a convolution's window moves, and which channels it sees.
    public struct Convolution: Hashable, Sendable {
        /// Distance between windows, at least 1 each.
        public var stride: Extent2D
        /// Rows and columns of zeros around the source, at least 0 each.
        public var padding: Padding2D
        /// Distance between the elements of the source that a window sees, at least 1 each.
        public var dilation: Extent2D
        /// Into how many groups the channels are cut: those of a group of the result see those of
        /// the same group of the source alone. As many groups as channels is a depthwise convolution.
        public var groups: Int
        /// Applied to the result, bias included.
        public var activation: Activation?

        /// Describes a convolution.
        public init(
            stride: Extent2D = 1, padding: Padding2D = 0, dilation: Extent2D = 1, groups: Int = 1,
            activation: Activation? = nil
        ) {
            self.stride = stride
            self.padding = padding
            self.dilation = dilation
            self.groups = groups
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

    func parameterGradientRules(
        kernelSize: Extent2D, hasBias: Bool
    ) -> Program.Operation.Rules {
        .init("convolution parameter gradient") { check throws(ShapeError) in
            try check.require(2...2, "a source and a gradient")
            let (source, gradient) = (try check.batched(0, rank: 3), try check.batched(1, rank: 3))
            try check.that(groups >= 1, "1 group or more")
            let dimensions = [
                gradient[0], source[0] / groups, kernelSize.height, kernelSize.width,
            ]
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

    /// Far beyond any use; sums of a few of these do not overflow, nor does the product of two.
    private static let largestSize = 1 << 31

    private func resultTypes(_ check: OperandCheck) throws(ShapeError) -> [ValueType] {
        try check.require(2...3, "a source, a weight and maybe a bias")
        let (source, weight) = (try check.batched(0, rank: 3), try check.parameter(1, rank: 4))
        let sizes = [stride.height, stride.width, dilation.height, dilation.width]
        try check.that(
            sizes.allSatisfy { (1...Self.largestSize).contains($0) }
                && padding.sides.allSatisfy { (0...Self.largestSize).contains($0) }
                && (source.dimensions + weight.dimensions).allSatisfy { $0 <= Self.largestSize },
            "a stride and dilation of 1 or more, no negative padding, no size above "
                + "\(Self.largestSize)")
        try check.that(
            groups >= 1 && weight[0] % groups == 0, "a number of groups that divides the channels")
        try check.that(
            weight[1].multipliedReportingOverflow(by: groups) == (source[0], false),
            "as many weight columns as a group has source channels")
        try check.sameElement(0, 1)
        try check.that(weight[2] >= 1 && weight[3] >= 1, "a kernel of 1 or more")
        try check.bias(2, of: weight[0])
        let rows = source[1] + padding.top + padding.bottom - dilation.height * (weight[2] - 1) - 1
        let columns =
            source[2] + padding.left + padding.right - dilation.width * (weight[3] - 1) - 1
        try check.that(rows >= 0 && columns >= 0, "a kernel no larger than the padded source")
        let dimensions = [weight[0], rows / stride.height + 1, columns / stride.width + 1]
        return [check.source(try check.shape(dimensions, "a result that fits memory"))]
    }
}
