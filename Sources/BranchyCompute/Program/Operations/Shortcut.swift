extension Program.Operation {
    /// How a parameter-free shortcut changes the shape.
    public struct Shortcut: Hashable, Sendable {
        /// Distance between the rows and columns that are kept, at least 1.
        public var stride: Int
        /// Channels of zeros in front of the source's, at least 0.
        public var channelsBefore: Int
        /// Channels of zeros behind the source's, at least 0.
        public var channelsAfter: Int

        /// Describes a shortcut.
        public init(stride: Int, channelsBefore: Int = 0, channelsAfter: Int = 0) {
            self.stride = stride
            self.channelsBefore = channelsBefore
            self.channelsAfter = channelsAfter
        }
    }
}

extension Program.Operation.Shortcut {
    var rules: Program.Operation.Rules {
        .init("shortcut") { check throws(ShapeError) in
            try check.require(1...1, "a source")
            return [check.source(try result(of: try check.image(0), check))]
        }
    }

    func gradientRules(_ source: Shape) -> Program.Operation.Rules {
        .init("shortcut gradient") { check throws(ShapeError) in
            try check.require(1...1, "a gradient")
            return try check.gradientTypes(of: source, result: try result(of: source, check))
        }
    }

    private func result(of source: Shape, _ check: OperandCheck) throws(ShapeError) -> Shape {
        try check.that(
            source.rank == 3 && source.elementCount > 0 && stride >= 1
                && (0...65_536).contains(channelsBefore) && (0...65_536).contains(channelsAfter),
            "an image, a stride of 1 or more and 0 to 65536 channels of zeros on each side")
        return try check.shape(
            [
                channelsBefore + source[0] + channelsAfter, (source[1] - 1) / stride + 1,
                (source[2] - 1) / stride + 1,
            ], "a result that fits memory")
    }
}
