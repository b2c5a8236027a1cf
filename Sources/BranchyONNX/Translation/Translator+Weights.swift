import BranchyNet

extension Translator {
    /// Weights, which are finite floating-point numbers.
    mutating func weights(_ node: ONNXNode, _ index: Int) throws -> ONNXTensor {
        let tensor = try requiredConstant(node, index)
        guard let floats = tensor.floats else {
            throw ONNXError.corrupt(
                "\(node.place): input \(index + 1) is integers, expected floating-point numbers")
        }
        try spend(floats.count, node)
        guard floats.isFinite else {
            throw ONNXError.corrupt(
                "\(node.place): weights \(tensor.name.quoted) contain NaN or infinity")
        }
        return tensor
    }

    /// Weights of one number for each result; `nil` where they are left out.
    mutating func bias(_ node: ONNXNode, _ index: Int, count: Int) throws -> ONNXTensor? {
        guard try constant(node, index) != nil else { return nil }
        return try weights(node, index).vector(of: count, node)
    }

    mutating func gemm(_ node: ONNXNode, _ attributes: inout AttributeReader) throws {
        try attributes.require("transA", 0)
        let isTransposed = try attributes.integer("transB") ?? 0 != 0
        let (alpha, beta) = (
            try attributes.float("alpha") ?? 1, try attributes.float("beta") ?? 1
        )
        guard alpha == 1, beta == 1 else {
            throw ONNXError.unsupported(
                "\(node.place): factors of \(alpha) and \(beta), expected 1 and 1")
        }
        let bias = try constant(node, 2) == nil ? nil : try weights(node, 2)
        try linear(node, isTransposed: isTransposed, bias: bias)
    }

    mutating func matrixProduct(_ node: ONNXNode) throws {
        try linear(node, isTransposed: false, bias: nil)
    }

    private mutating func linear(
        _ node: ONNXNode, isTransposed: Bool, bias: ONNXTensor?
    ) throws {
        let (id, shape) = try data(node)
        let given = try weights(node, 1)
        guard given.dimensions.count == 2, shape.count == 2 else {
            throw ONNXError.unsupported(
                "\(node.place): values of \(shape) and weights of \(given.dimensions), expected those "
                    + "of a fully connected layer, of 2 dimensions each")
        }
        if !isTransposed { try spend(given.elements.count, node) }
        let weight = isTransposed ? given : given.transposed
        guard weight.dimensions[1] == shape[1] else {
            throw ONNXError.corrupt(
                "\(node.place): weights of \(given.dimensions) for \(shape[1]) features")
        }
        let count = weight.dimensions[0]
        let vector = try bias?.vector(of: count, node)
        try append(
            .linear(.init(weight: weight, bias: vector, name: node.name)), [id], [1, count], node)
    }

    mutating func batchNormalization(
        _ node: ONNXNode, _ attributes: inout AttributeReader
    ) throws {
        let (id, shape) = try data(node)
        let epsilon = try attributes.float("epsilon") ?? 1e-5
        _ = try attributes.float("momentum")
        try attributes.require("training_mode", 0)
        guard shape.count == 4, epsilon >= 0, epsilon.isFinite else {
            throw ONNXError.unsupported(
                "\(node.place): of values of \(shape) with an epsilon of \(epsilon), expected images "
                    + "and 0 or more")
        }
        let vectors = try (1...4).map { try weights(node, $0).vector(of: shape[1], node) }
        guard vectors[3].floats?.allSatisfy({ $0 >= 0 }) == true else {
            throw ONNXError.corrupt("\(node.place): a variance below 0")
        }
        try append(
            .batchNormalization(
                .init(
                    weight: vectors[0], bias: vectors[1], mean: vectors[2], variance: vectors[3],
                    epsilon: epsilon, name: node.name)), [id], shape, node)
    }
}

extension ONNXTensor {
    /// The tensor as one dimension of so many numbers.
    fileprivate func vector(of count: Int, _ node: ONNXNode) throws -> ONNXTensor {
        guard elements.count == count, dimensions.filter({ $0 != 1 }).count <= 1 else {
            throw ONNXError.corrupt(
                "\(node.place): \(name.quoted) has sizes of \(dimensions), expected \(count)")
        }
        return ONNXTensor([count], elements, name: name)
    }

    /// Rows as columns.
    ///
    /// - Precondition: there are two dimensions of floating-point numbers.
    var transposed: ONNXTensor {
        let (rows, columns) = (dimensions[0], dimensions[1])
        let source = floats ?? []
        let result = [Float](unsafeUninitializedCapacity: source.count) { target, count in
            for column in 0..<columns {
                for row in 0..<rows { target[column * rows + row] = source[row * columns + column] }
            }
            count = source.count
        }
        return ONNXTensor([columns, rows], .floats(result), name: name)
    }
}

extension [Float] {
    /// Whether none is NaN or infinite.
    var isFinite: Bool {
        // In a form that the compiler makes vectors of: all exponents but the largest.
        reduce(UInt32(0)) { $0 | (($1.bitPattern & 0x7F80_0000) &+ 0x0080_0000) } & 0x8000_0000 == 0
    }
}
