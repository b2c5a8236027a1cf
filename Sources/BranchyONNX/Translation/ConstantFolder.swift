import BranchyNet

/// Computes nodes whose operands are all constants: what exporters write to compute shapes, and
/// weights that are another tensor in other sizes.
struct ConstantFolder {
    let node: ONNXNode
    /// `nil` where one is left out.
    let operands: [ONNXTensor?]
    let opset: Int

    /// The node's first result.
    ///
    /// - Throws: ``ONNXError`` where it cannot be computed, before anything large is allocated.
    func fold(_ kind: ONNXOperator, _ attributes: inout AttributeReader) throws -> ONNXTensor {
        switch kind {
        case .constant: try constant(&attributes)
        case .constantOfShape: try constantOfShape(&attributes)
        case .identity: renamed(try operand(0))
        case .dropout: try dropout(&attributes)
        case .cast: try cast(&attributes)
        case .shape:
            ONNXTensor(
                integers: Array(
                    try operand(0).dimensions[
                        Self.range(of: operand(0).dimensions.count, &attributes)]))
        case .add, .sub, .mul, .div, .equal: try arithmetic(kind)
        case .mod: try modulo(&attributes)
        case .choose: try choice()
        case .concat: try concatenation(&attributes)
        case .gather: try gather(&attributes)
        case .slice: try slice()
        case .expand: try expand()
        case .range: try range()
        case .reshape: try reshape(&attributes)
        case .flatten: try flatten(&attributes)
        case .squeeze: try squeeze(&attributes)
        case .unsqueeze: try unsqueeze(&attributes)
        case .transpose: try transpose(&attributes)
        default: throw ONNXError.unsupported("\(node.place): of constants alone")
        }
    }

    /// An operand that has to be there.
    func operand(_ index: Int) throws -> ONNXTensor {
        guard index < operands.count, let operand = operands[index] else {
            throw ONNXError.corrupt("\(node.place): input \(index + 1) is missing")
        }
        return operand
    }

    /// An operand that is a list of integers; `nil` where it is left out.
    func integers(_ index: Int) throws -> [Int]? {
        guard index < operands.count, operands[index] != nil else { return nil }
        guard let integers = try operand(index).integers else {
            throw ONNXError.corrupt("\(node.place): input \(index + 1) is no list of integers")
        }
        return integers
    }

    /// The count of elements of a result, which is no larger than what shapes need, or than a tensor
    /// that is there already.
    func checkedCount(_ dimensions: [Int], atMost count: Int = 0) throws -> Int {
        var product = 1
        for size in dimensions {
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            guard size >= 0, !overflow, next <= max(count, ONNXTensor.computedLimit) else {
                throw ONNXError.unsupported(
                    "\(node.place): a constant of \(dimensions.prefix(8)) is not computed")
            }
            product = next
        }
        return product
    }

    /// A dimension that may be counted from behind.
    func axis(_ axis: Int, rank: Int) throws -> Int {
        guard (-rank..<rank).contains(axis) else {
            throw ONNXError.corrupt(
                "\(node.place): dimension \(axis) of \(rank), expected \(-rank) to \(rank - 1)")
        }
        return axis < 0 ? axis + rank : axis
    }

    private func constant(_ attributes: inout AttributeReader) throws -> ONNXTensor {
        if let tensor = try attributes.tensor("value") { return renamed(tensor) }
        if let value = try attributes.float("value_float") {
            return ONNXTensor([], .floats([value]))
        }
        if let value = try attributes.integer("value_int") {
            return ONNXTensor([], .integers([value]))
        }
        if let values = try attributes.integers("value_ints") {
            return ONNXTensor(integers: values)
        }
        throw ONNXError.unsupported("\(node.place): expected a tensor or a number as its value")
    }

    /// Under the name that it has behind the node: of shared weights, the name of their place.
    private func renamed(_ tensor: ONNXTensor) -> ONNXTensor {
        var tensor = tensor
        tensor.name = node.outputs.first ?? ""
        return tensor
    }

    private func dropout(_ attributes: inout AttributeReader) throws -> ONNXTensor {
        _ = (try attributes.integer("seed"), try attributes.float("ratio"))
        return try operand(0)
    }

    private func constantOfShape(_ attributes: inout AttributeReader) throws -> ONNXTensor {
        let sizes = try integers(0) ?? []
        let count = try checkedCount(sizes)
        switch try attributes.tensor("value")?.elements ?? .floats([0]) {
        case .floats(let value) where value.count == 1:
            return ONNXTensor(sizes, .floats(Array(repeating: value[0], count: count)))
        case .integers(let value) where value.count == 1:
            return ONNXTensor(sizes, .integers(Array(repeating: value[0], count: count)))
        default: throw ONNXError.corrupt("\(node.place): expected one number as its value")
        }
    }

    private func cast(_ attributes: inout AttributeReader) throws -> ONNXTensor {
        try attributes.require("saturate", 1)
        let source = try operand(0)
        let number = Int32(clamping: try attributes.integer("to") ?? 0)
        guard let type = ElementType(rawValue: number) else {
            throw ONNXError.unsupported(
                "\(node.place): to \(ElementType.title(number)), \(ElementType.expected)")
        }
        let elements: ONNXTensor.Elements =
            switch (source.elements, type) {
            case (.floats, _) where type.isFloat: source.elements
            case (.integers(let values), _) where type.isFloat: .floats(values.map(Float.init))
            case (.integers(let values), .bool): .integers(values.map { $0 == 0 ? 0 : 1 })
            case (.integers, _): source.elements
            case (.floats(let values), .bool): .integers(values.map { $0 == 0 ? 0 : 1 })
            case (.floats(let values), _): .integers(try values.map(integer))
            }
        return ONNXTensor(source.dimensions, elements, name: source.name)
    }

    private func integer(_ value: Float) throws -> Int {
        guard let integer = Int(exactly: value.rounded(.towardZero)) else {
            throw ONNXError.corrupt("\(node.place): \(value) is no integer")
        }
        return integer
    }

    /// The part of a shape that a `Shape` node asks for.
    static func range(of rank: Int, _ attributes: inout AttributeReader) throws -> Range<Int> {
        let bounds = [try attributes.integer("start") ?? 0, try attributes.integer("end") ?? rank]
            .map {
                min(max($0 < 0 ? $0 + rank : $0, 0), rank)
            }
        return bounds[0]..<max(bounds[0], bounds[1])
    }
}
