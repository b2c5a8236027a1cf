/// The operands of one operation, with the questions that all operations ask of theirs.
struct OperandCheck {
    let operation: Program.Operation
    let operands: [ValueType]

    func that(
        _ condition: Bool, _ expected: @autoclosure () -> String
    ) throws(ShapeError) {
        guard condition else {
            throw ShapeError(operation: operation, operands: operands, expected: expected())
        }
    }

    func shape(_ dimensions: [Int], _ expected: String) throws(ShapeError) -> Shape {
        guard let shape = Shape(exactly: dimensions) else {
            throw ShapeError(operation: operation, operands: operands, expected: expected)
        }
        return shape
    }

    func require(_ counts: ClosedRange<Int>, _ expected: String) throws(ShapeError) {
        try that(counts.contains(operands.count), expected)
    }

    func floats(_ index: Int) throws(ShapeError) {
        try that(operands[index].element.isFloat, "operand \(index) to be floats")
    }

    func sameElement(_ first: Int, _ second: Int) throws(ShapeError) {
        try that(
            operands[first].element == operands[second].element,
            "operands \(first) and \(second) of one element type")
    }

    /// A batched value of the first operand's element type.
    func source(_ shape: Shape) -> ValueType {
        ValueType(shape, element: operands[0].element)
    }

    func batched(_ index: Int, rank: Int? = nil) throws(ShapeError) -> Shape {
        let operand = operands[index]
        try that(
            operand.isBatched && operand.element.isFloat
                && (rank == nil || rank == operand.shape.rank),
            "operand \(index) to be batched floats\(rank.map { " of rank \($0)" } ?? "")")
        return operand.shape
    }

    /// A batched image that has at least one element.
    func image(_ index: Int) throws(ShapeError) -> Shape {
        let shape = try batched(index, rank: 3)
        try that(shape.elementCount > 0, "an image with at least one element")
        return shape
    }

    func parameter(_ index: Int, rank: Int) throws(ShapeError) -> Shape {
        let operand = operands[index]
        try that(
            !operand.isBatched && operand.element.isFloat && operand.shape.rank == rank,
            "operand \(index) to be a parameter of rank \(rank)")
        return operand.shape
    }

    func bias(_ index: Int, of size: Int) throws(ShapeError) {
        guard operands.count > index else { return }
        try that(operands[index] == ValueType([size], isBatched: false), "a bias of \(size)")
    }

    /// The types of a derivative by the source, of one operand: the derivative by the result.
    func gradientTypes(of source: Shape, result: Shape) throws(ShapeError) -> [ValueType] {
        try floats(0)
        try that(operands == [self.source(result)], "a gradient of shape \(result)")
        return [self.source(source)]
    }
}
