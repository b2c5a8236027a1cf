extension Program.Operation {
    /// How a pooling window moves.
    public struct Pooling: Hashable, Sendable {
        /// Height and width of the window, at least 1 each.
        public var kernelSize: Extent2D
        /// Distance between windows, at least 1 each.
        public var stride: Extent2D
        /// Rows and columns around the source that windows may cover, fewer than the window has. No
        /// maximum comes from them.
        public var padding: Padding2D
        /// How many windows there are where they do not fit evenly.
        public var rounding: Rounding
        /// Whether a mean counts the padding that its window covers, as zeros. What lies beyond the
        /// padding never counts.
        public var countsPadding: Bool
        /// Applied to the result.
        public var activation: Activation?
        /// Whether a second result records where each maximum came from, as the gradient needs it.
        public var recordsSelection: Bool

        /// What happens to rows and columns that no full window covers.
        public enum Rounding: String, Hashable, Sendable, Codable {
            /// They are left out.
            case floor
            /// A window that reaches beyond the edge covers them.
            case ceiling
        }

        /// Describes a pooling.
        public init(
            kernelSize: Extent2D, stride: Extent2D, padding: Padding2D = 0,
            rounding: Rounding = .floor, countsPadding: Bool = false,
            activation: Activation? = nil, recordsSelection: Bool = false
        ) {
            self.kernelSize = kernelSize
            self.stride = stride
            self.padding = padding
            self.rounding = rounding
            self.countsPadding = countsPadding
            self.activation = activation
            self.recordsSelection = recordsSelection
        }

        /// How many windows there are along rows and columns of a source; 0 where not even one fits.
        ///
        /// With ceiling sizes the last window still has to begin inside the source or the padding
        /// in front of it.
        public func windowCounts(height: Int, width: Int) -> Extent2D {
            Extent2D(
                height: windowCount(
                    along: height, padding.top, padding.bottom, kernelSize.height, stride.height),
                width: windowCount(
                    along: width, padding.left, padding.right, kernelSize.width, stride.width))
        }

        private func windowCount(
            along size: Int, _ before: Int, _ behind: Int, _ kernelSize: Int, _ stride: Int
        ) -> Int {
            let padded = before + size + behind
            guard padded >= kernelSize else {
                return rounding == .ceiling && size > 0 ? 1 : 0
            }
            let (steps, rest) = (padded - kernelSize).quotientAndRemainder(dividingBy: stride)
            let hasPartialWindow =
                rounding == .ceiling && rest > 0 && (steps + 1) * stride < before + size
            return steps + (hasPartialWindow ? 2 : 1)
        }
    }
}

extension Program.Operation.Pooling {
    var maximumRules: Program.Operation.Rules {
        .init("max pooling", activation) { check throws(ShapeError) in
            try check.require(1...1, "a source")
            try check.that(!countsPadding, "a maximum, which counts no padding")
            let result = try result(of: try check.batched(0, rank: 3), check)
            return recordsSelection
                ? [check.source(result), ValueType(result, element: .selection)]
                : [check.source(result)]
        }
    }

    func maximumGradientRules(_ source: Shape) -> Program.Operation.Rules {
        .init("max pooling gradient") { check throws(ShapeError) in
            try check.require(2...2, "a selection and a gradient")
            let result = try result(of: source, check)
            try check.floats(1)
            let gradient = ValueType(result, element: check.operands[1].element)
            try check.that(
                check.operands == [ValueType(result, element: .selection), gradient],
                "selection and gradient of shape \(result)")
            return [ValueType(source, element: gradient.element)]
        }
    }

    var averageRules: Program.Operation.Rules {
        .init("average pooling") { check throws(ShapeError) in
            try check.require(1...1, "a source")
            try check.that(
                activation == nil && !recordsSelection,
                "a pooling without activation or selection")
            return [check.source(try result(of: try check.batched(0, rank: 3), check))]
        }
    }

    func averageGradientRules(_ source: Shape) -> Program.Operation.Rules {
        .init("average pooling gradient") { check throws(ShapeError) in
            try check.require(1...1, "a gradient")
            return try check.gradientTypes(of: source, result: try result(of: source, check))
        }
    }

    /// Far beyond any use; sums of a few of these do not overflow, nor does the product of two.
    private static let largestSize = 1 << 31

    private func result(of source: Shape, _ check: OperandCheck) throws(ShapeError) -> Shape {
        let sizes = [kernelSize.height, kernelSize.width, stride.height, stride.width]
        try check.that(
            source.rank == 3 && sizes.allSatisfy { (1...Self.largestSize).contains($0) }
                && source.dimensions.allSatisfy { $0 <= Self.largestSize },
            "kernel and stride of 1 or more, no size above \(Self.largestSize)")
        try check.that(
            (0..<kernelSize.height).contains(max(padding.top, padding.bottom))
                && (0..<kernelSize.width).contains(max(padding.left, padding.right))
                && padding.sides.allSatisfy { $0 >= 0 },
            "no negative padding, and less than the window has")
        let counts = windowCounts(height: source[1], width: source[2])
        try check.that(
            counts.height > 0 && counts.width > 0, "a source at least as large as the window")
        return [source[0], counts.height, counts.width]
    }
}

/// The mean of whole channels.
struct GlobalAveragePooling {
    /// Whether the result is an image of one pixel.
    let keepsDimensions: Bool

    var rules: Program.Operation.Rules {
        .init("global average pooling") { check throws(ShapeError) in
            try check.require(1...1, "a source")
            return [check.source(result(of: try check.image(0)))]
        }
    }

    func gradientRules(_ source: Shape) -> Program.Operation.Rules {
        .init("global average pooling gradient") { check throws(ShapeError) in
            try check.require(1...1, "a gradient")
            try check.floats(0)
            try check.that(
                source.rank == 3 && check.operands == [check.source(result(of: source))],
                "one gradient per channel of an image")
            return [check.source(source)]
        }
    }

    private func result(of source: Shape) -> Shape {
        keepsDimensions ? [source[0], 1, 1] : [source[0]]
    }
}
