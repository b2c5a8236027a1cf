extension Program.Operation.Rules {
    static let dropout = Program.Operation.Rules("dropout", nil, ofTwoAlike)
    static let add = Program.Operation.Rules("add", nil, ofTwoAlike)

    static let multiply = Program.Operation.Rules("multiply") { check throws(ShapeError) in
        try check.require(2...2, "two values")
        guard check.operands[0] != check.operands[1] else { return try ofTwoAlike(check) }
        let source = try check.image(0)
        try check.that(
            check.operands[1] == check.source([source[0], 1, 1]),
            "a second value of the first one's shape, or of one pixel of as many channels")
        return [check.operands[0]]
    }

    /// Of the factor of one pixel.
    static let multiplyGradient = Program.Operation.Rules("multiply gradient") {
        check throws(ShapeError) in
        try check.require(2...2, "a source and a gradient")
        let source = try check.image(0)
        try check.that(check.operands[0] == check.operands[1], "two values of one shape")
        return [check.source([source[0], 1, 1])]
    }

    static func conversion(to element: ElementType) -> Program.Operation.Rules {
        .init("conversion to \(element.rawValue)") { check throws(ShapeError) in
            try check.require(1...1, "a source")
            try check.floats(0)
            try check.that(element.isFloat, "a type of float to convert to")
            let source = check.operands[0]
            return [ValueType(source.shape, element: element, isBatched: source.isBatched)]
        }
    }

    private static func ofTwoAlike(_ check: OperandCheck) throws(ShapeError) -> [ValueType] {
        try check.require(2...2, "two values")
        try check.floats(0)
        try check.that(check.operands[0] == check.operands[1], "two values of one shape")
        return [check.operands[0]]
    }
}
