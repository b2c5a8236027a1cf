extension Program.Operation {
    /// How a pooling window moves; the same in both directions.
    public struct Pooling: Hashable, Sendable {
        /// Height and width of the window, at least 1.
        public var kernelSize: Int
        /// Distance between windows, at least 1.
        public var stride: Int
        /// How many windows there are where they do not fit evenly.
        public var rounding: Rounding
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
            kernelSize: Int, stride: Int, rounding: Rounding = .floor,
            activation: Activation? = nil, recordsSelection: Bool = false
        ) {
            self.kernelSize = kernelSize
            self.stride = stride
            self.rounding = rounding
            self.activation = activation
            self.recordsSelection = recordsSelection
        }

        /// How many windows there are along `size` elements; 0 where not even one fits.
        ///
        /// With ceiling sizes the last window still has to begin inside the source.
        public func windowCount(along size: Int) -> Int {
            guard size >= kernelSize else {
                return rounding == .ceiling && size > 0 ? 1 : 0
            }
            let (steps, rest) = (size - kernelSize).quotientAndRemainder(dividingBy: stride)
            let hasPartialWindow = rounding == .ceiling && rest > 0 && (steps + 1) * stride < size
            return steps + (hasPartialWindow ? 2 : 1)
        }
    }
}

extension Program.Operation.Pooling {
    var maximumRules: Program.Operation.Rules {
        .init("max pooling", activation) { check throws(ShapeError) in
            try check.require(1...1, "a source")
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

    private func result(of source: Shape, _ check: OperandCheck) throws(ShapeError) -> Shape {
        try check.that(
            kernelSize >= 1 && stride >= 1 && source.rank == 3, "kernel and stride of 1 or more")
        let (rows, columns) = (windowCount(along: source[1]), windowCount(along: source[2]))
        try check.that(rows > 0 && columns > 0, "a source at least as large as the window")
        return [source[0], rows, columns]
    }
}

/// The mean of whole channels, which has nothing to describe.
enum GlobalAveragePooling {
    static let rules = Program.Operation.Rules("global average pooling") {
        check throws(ShapeError) in
        try check.require(1...1, "a source")
        return [check.source([try check.image(0)[0]])]
    }

    static func gradientRules(_ source: Shape) -> Program.Operation.Rules {
        .init("global average pooling gradient") { check throws(ShapeError) in
            try check.require(1...1, "a gradient")
            try check.floats(0)
            try check.that(
                source.rank == 3 && check.operands == [check.source([source[0]])],
                "one gradient per channel of an image")
            return [check.source(source)]
        }
    }
}
