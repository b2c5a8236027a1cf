import BranchyCompute
import BranchyNet

extension Translator {
    /// Makes a node's results known: constants of constants, steps of all else.
    mutating func translate(_ node: ONNXNode) throws {
        let kind = try ONNXOperator(of: node)
        var attributes = AttributeReader(node)
        let operands = try node.inputs.indices.map { try operand(node, $0) }
        let constants: [ONNXTensor?] = operands.map {
            if case .constant(let tensor)? = $0 { tensor } else { nil }
        }
        let isConstant = zip(operands, constants).allSatisfy { $0 == nil || $1 != nil }
        if kind == .shape, case .data(let id)? = operands.first ?? nil {
            try shape(node, &attributes, of: shapes[id])
        } else if isConstant {
            try compute(kind, node, constants, &attributes)
        } else {
            try translate(kind, node, &attributes)
        }
        try attributes.finish()
    }

    private mutating func compute(
        _ kind: ONNXOperator, _ node: ONNXNode, _ operands: [ONNXTensor?],
        _ attributes: inout AttributeReader
    ) throws {
        let folder = ConstantFolder(node: node, operands: operands, opset: opset)
        let result = try folder.fold(kind, &attributes)
        if kind == .constant {
            earn(result)
        } else {
            // One result of an allowed size is no danger, however many there are.
            try spend(result.elements.count, node)
            notes["constants computed", default: 0] += 1
        }
        define(node, as: .constant(result))
    }

    private mutating func shape(
        _ node: ONNXNode, _ attributes: inout AttributeReader, of shape: [Int]
    ) throws {
        let range = try ConstantFolder.range(of: shape.count, &attributes)
        define(node, as: .constant(ONNXTensor(integers: Array(shape[range]))))
        notes["constants computed", default: 0] += 1
    }

    private mutating func translate(
        _ kind: ONNXOperator, _ node: ONNXNode, _ attributes: inout AttributeReader
    ) throws {
        switch kind {
        case .conv: try convolution(node, &attributes)
        case .gemm: try gemm(node, &attributes)
        case .matMul: try matrixProduct(node)
        case .batchNormalization: try batchNormalization(node, &attributes)
        case .add, .sub, .mul, .div: try elementwise(kind, node)
        case .concat: try concatenation(node, &attributes)
        case .relu: try activation(.relu, node)
        case .sigmoid: try activation(.sigmoid, node)
        case .hardSwish: try activation(.hardSwish, node)
        case .erf:
            let (id, shape) = try data(node)
            try append(.erf, [id], shape, node)
        case .hardSigmoid: try hardSigmoid(node, &attributes)
        case .clip: try clip(node)
        case .gelu: try gelu(node, &attributes)
        case .softmax, .logSoftmax: try softmax(node, &attributes)
        case .maxPool: try maximumPooling(node, &attributes)
        case .averagePool: try averagePooling(node, &attributes)
        case .globalAveragePool:
            let (id, shape) = try image(node)
            try append(.globalAverage(keepsDimensions: true), [id], [1, shape[1], 1, 1], node)
        case .reduceMean: try mean(node, &attributes)
        case .pad: try padding(node, &attributes)
        case .flatten: try flatten(node, &attributes)
        case .reshape: try reshape(node, &attributes)
        case .squeeze: try squeeze(node, &attributes)
        case .unsqueeze: try unsqueeze(node, &attributes)
        case .transpose: try transpose(node, &attributes)
        case .split: try split(node, &attributes)
        case .slice: try slice(node)
        case .expand: try expand(node)
        case .identity: try pass(node, "identities")
        case .dropout: try dropout(node, &attributes)
        case .cast: try cast(node, &attributes)
        case .constant, .constantOfShape, .equal, .gather, .mod, .range, .shape, .choose:
            throw ONNXError.unsupported(
                "\(node.place): of what depends on the image; it is known for constants and shapes "
                    + "alone")
        }
    }

    private mutating func dropout(
        _ node: ONNXNode, _ attributes: inout AttributeReader
    ) throws {
        _ = (try attributes.integer("seed"), try attributes.float("ratio"))
        guard try constant(node, 2)?.scalar ?? 0 == 0 else {
            throw ONNXError.unsupported(
                "\(node.place): in training mode; export in evaluation mode")
        }
        try pass(node, "dropouts left out")
    }

    private mutating func cast(_ node: ONNXNode, _ attributes: inout AttributeReader) throws {
        try attributes.require("saturate", 1)
        let number = try attributes.integer("to") ?? 0
        guard ElementType(rawValue: Int32(clamping: number))?.isFloat == true else {
            throw ONNXError.unsupported(
                "\(node.place): to \(ElementType.title(Int32(clamping: number))), expected a "
                    + "floating-point number")
        }
        try pass(node, "conversions between floating-point numbers left out")
    }

    /// An operand that is images: its sizes are batch, channels, rows and columns.
    func image(_ node: ONNXNode) throws -> (id: ValueID, shape: [Int]) {
        let (id, shape) = try data(node)
        guard shape.count == 4 else {
            let text = shape.map(String.init).joined(separator: "x")
            throw ONNXError.unsupported(
                "\(node.place): reads \(text), expected batch x channels x height x width")
        }
        return (id, shape)
    }
}
