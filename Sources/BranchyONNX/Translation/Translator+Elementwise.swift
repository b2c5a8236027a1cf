import BranchyCompute
import BranchyNet

extension Translator {
    mutating func activation(_ activation: Program.Operation.Activation, _ node: ONNXNode) throws {
        let (id, shape) = try data(node)
        try append(.activation(activation), [id], shape, node)
    }

    mutating func hardSigmoid(_ node: ONNXNode, _ attributes: inout AttributeReader) throws {
        let (id, shape) = try data(node)
        let (alpha, beta) = (
            try attributes.float("alpha") ?? 0.2, try attributes.float("beta") ?? 0.5
        )
        guard abs(alpha - 1 / 6) > 1e-6 || beta != 0.5 else {
            return try append(.activation(.hardSigmoid), [id], shape, node)
        }
        guard alpha.isFinite, beta.isFinite else {
            throw ONNXError.corrupt("\(node.place): a slope of \(alpha) and an offset of \(beta)")
        }
        try spend(2 * shape[1], node)
        let scaled = try append(
            .scaleShift(.init(weight: [alpha], bias: [beta], name: node.name)), [id], shape,
            node.place)
        try append(.activation(.clip(minimum: 0, maximum: 1)), [scaled], shape, node)
    }

    mutating func clip(_ node: ONNXNode) throws {
        let (id, shape) = try data(node)
        let minimum = try limit(node, 1) ?? -.infinity
        let maximum = try limit(node, 2) ?? .infinity
        guard minimum <= maximum else {
            throw ONNXError.unsupported(
                "\(node.place): from \(minimum) to \(maximum), expected a minimum that is at most the "
                    + "maximum")
        }
        // Half a float's range and above bounds nothing.
        let isBounded = (minimum > -.greatestFiniteMagnitude, maximum < .greatestFiniteMagnitude)
        switch isBounded {
        case (false, false): try pass(node, "limits that bound nothing left out")
        case (true, false) where minimum == 0: try activation(.relu, node)
        case (let isAbove, let isBelow):
            let clip = Program.Operation.Activation.clip(
                minimum: isAbove ? minimum : -.infinity, maximum: isBelow ? maximum : .infinity)
            try append(.activation(clip), [id], shape, node)
        }
    }

    private func limit(_ node: ONNXNode, _ index: Int) throws -> Float? {
        guard let tensor = try constant(node, index) else { return nil }
        guard let value = tensor.scalar, !value.isNaN else {
            throw ONNXError.corrupt("\(node.place): input \(index + 1) is not one number")
        }
        return value
    }

    mutating func gelu(_ node: ONNXNode, _ attributes: inout AttributeReader) throws {
        switch try attributes.string("approximate") ?? "none" {
        case "none": try activation(.gelu, node)
        case "tanh": try activation(.geluTanh, node)
        case let other: throw ONNXError.corrupt("\(node.place): approximate is \(other.quoted)")
        }
    }

    mutating func softmax(_ node: ONNXNode, _ attributes: inout AttributeReader) throws {
        let (id, shape) = try data(node)
        let given = try attributes.integer("axis") ?? (opset < 13 ? 1 : -1)
        guard try axis(given, rank: shape.count, node) == 1,
            shape.dropFirst(2).allSatisfy({ $0 == 1 })
        else {
            throw ONNXError.unsupported(
                "\(node.place): over dimension \(given) of \(shape), expected over the classes")
        }
        try append(.softmax, [id], shape, node)
    }

    mutating func elementwise(_ kind: ONNXOperator, _ node: ONNXNode) throws {
        switch (try operand(node, 0), try operand(node, 1)) {
        case (.data(let left)?, .data(let right)?): try join(kind, left, right, node)
        case (.data(let id)?, .constant(let tensor)?):
            let numbers = try channels(tensor, shapes[id], node)
            let ones = numbers.map { _ in Float(1) }
            let zeros = numbers.map { _ in Float(0) }
            switch kind {
            case .add: try scaleShift(id, ones, numbers, node)
            case .sub: try scaleShift(id, ones, numbers.map(-), node)
            case .mul: try scaleShift(id, numbers, zeros, node)
            default: try scaleShift(id, numbers.map { 1 / $0 }, zeros, node)
            }
        case (.constant(let tensor)?, .data(let id)?):
            let numbers = try channels(tensor, shapes[id], node)
            switch kind {
            case .add: try scaleShift(id, numbers.map { _ in 1 }, numbers, node)
            case .sub: try scaleShift(id, numbers.map { _ in -1 }, numbers, node)
            case .mul: try scaleShift(id, numbers, numbers.map { _ in 0 }, node)
            default: throw ONNXError.unsupported("\(node.place): by what depends on the image")
            }
        default: throw ONNXError.corrupt("\(node.place): expected two inputs")
        }
    }

    private mutating func scaleShift(
        _ id: ValueID, _ weight: [Float], _ bias: [Float], _ node: ONNXNode
    ) throws {
        guard weight.isFinite, bias.isFinite else {
            throw ONNXError.corrupt("\(node.place): a constant is 0, NaN or infinite")
        }
        try spend(2 * shapes[id][1], node)
        try append(
            .scaleShift(.init(weight: weight, bias: bias, name: node.name)), [id], shapes[id], node)
    }

    /// The numbers of a constant that is one for each channel, or one for all.
    private func channels(
        _ tensor: ONNXTensor, _ shape: [Int], _ node: ONNXNode
    ) throws -> [Float] {
        if let scalar = tensor.scalar, tensor.dimensions.count <= shape.count { return [scalar] }
        let padded =
            Array(repeating: 1, count: max(0, shape.count - tensor.dimensions.count))
            + tensor.dimensions
        var expected = Array(repeating: 1, count: shape.count)
        if expected.count > 1 { expected[1] = shape[1] }
        guard padded == expected, let floats = tensor.floats else {
            throw ONNXError.unsupported(
                "\(node.place): a constant of \(tensor.dimensions) with values of \(shape), expected "
                    + "one number, or one for each channel")
        }
        return floats
    }

    private mutating func join(
        _ kind: ONNXOperator, _ left: ValueID, _ right: ValueID, _ node: ONNXNode
    ) throws {
        let (one, other) = (shapes[left], shapes[right])
        switch kind {
        case .add where one == other: try append(.join(.add), [left, right], one, node)
        case .mul where one == other: try append(.join(.multiply), [left, right], one, node)
        case .mul where Self.isGate(other, of: one):
            try append(.join(.multiply), [left, right], one, node)
        case .mul where Self.isGate(one, of: other):
            try append(.join(.multiply), [right, left], other, node)
        case .add, .mul:
            throw ONNXError.unsupported(
                "\(node.place): of values of \(one) and \(other), expected the same sizes, or to "
                    + "multiply by one number for each channel")
        default:
            throw ONNXError.unsupported("\(node.place): of two values that depend on the image")
        }
    }

    /// Whether a value is one number for each channel of another.
    private static func isGate(_ gate: [Int], of shape: [Int]) -> Bool {
        shape.count == 4 && gate == [1, shape[1], 1, 1]
    }

    /// DenseNet-264 concatenates 65 values.
    private static let mostConcatenated = 256

    mutating func concatenation(_ node: ONNXNode, _ attributes: inout AttributeReader) throws {
        guard let given = try attributes.integer("axis") else {
            throw ONNXError.corrupt("\(node.place): axis is missing")
        }
        guard node.inputs.count <= Self.mostConcatenated else {
            throw ONNXError.unsupported(
                "\(node.place): \(node.inputs.count) inputs, expected at most \(Self.mostConcatenated)"
            )
        }
        let ids = try node.inputs.indices.map { try data(node, $0).id }
        let first = shapes[ids[0]]
        guard try axis(given, rank: first.count, node) == 1 else {
            throw ONNXError.unsupported(
                "\(node.place): along dimension \(given) of \(first), expected along the channels")
        }
        guard
            ids.allSatisfy({
                let shape = shapes[$0]
                return shape.count == first.count && shape.dropFirst(2) == first.dropFirst(2)
            })
        else {
            throw ONNXError.corrupt("\(node.place): its inputs have different heights or widths")
        }
        guard ids.count > 1 else { return try pass(node, "concatenations of one value left out") }
        let count = ids.reduce(0) { $0 + shapes[$1][1] }
        try append(.join(.concatenate), ids, [1, count] + first.dropFirst(2), node)
    }
}
