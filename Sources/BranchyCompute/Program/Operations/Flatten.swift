/// An image as a row of features, which has nothing to describe.
enum Flatten {
    static let rules = Program.Operation.Rules("flatten") { check throws(ShapeError) in
        try check.require(1...1, "a source")
        return [check.source([try check.batched(0).elementCount])]
    }

    static func gradientRules(_ source: Shape) -> Program.Operation.Rules {
        .init("flatten gradient") { check throws(ShapeError) in
            try check.require(1...1, "a gradient")
            let count = try check.batched(0, rank: 1).elementCount
            try check.that(count == source.elementCount, "\(source.elementCount) features")
            return [check.source(source)]
        }
    }
}
