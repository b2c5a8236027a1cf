extension ConstantFolder {
    func arithmetic(_ kind: ONNXOperator) throws -> ONNXTensor {
        let (dimensions, left, right) = try broadcast(operand(0), operand(1))
        switch (left, right) {
        case (.integers(let left), .integers(let right)):
            let values = try zip(left, right).map { try integer(kind, $0, $1) }
            return ONNXTensor(dimensions, .integers(values))
        case (.floats(let left), .floats(let right)):
            let values = zip(left, right).map { Self.float(kind, $0, $1) }
            // What compares has truth values.
            return ONNXTensor(
                dimensions, kind == .equal ? .integers(values.map { Int($0) }) : .floats(values))
        default: throw mixed
        }
    }

    private var mixed: ONNXError {
        .corrupt("\(node.place): integers with floating-point numbers")
    }

    private func integer(_ kind: ONNXOperator, _ left: Int, _ right: Int) throws -> Int {
        if kind == .equal { return left == right ? 1 : 0 }
        let (result, overflow) =
            switch kind {
            case .add: left.addingReportingOverflow(right)
            case .sub: left.subtractingReportingOverflow(right)
            case .mul: left.multipliedReportingOverflow(by: right)
            default: left.dividedReportingOverflow(by: right)
            }
        guard !overflow else {
            throw ONNXError.corrupt("\(node.place): of \(left) and \(right)")
        }
        return result
    }

    private static func float(_ kind: ONNXOperator, _ left: Float, _ right: Float) -> Float {
        switch kind {
        case .add: left + right
        case .sub: left - right
        case .mul: left * right
        case .equal: left == right ? 1 : 0
        default: left / right
        }
    }

    func modulo(_ attributes: inout AttributeReader) throws -> ONNXTensor {
        let keepsSign = try attributes.integer("fmod") ?? 0 != 0
        let (dimensions, left, right) = try broadcast(operand(0), operand(1))
        guard case (.integers(let left), .integers(let right)) = (left, right) else {
            throw ONNXError.unsupported("\(node.place): of floating-point numbers")
        }
        let values = try zip(left, right).map { left, right in
            let (rest, overflow) = left.remainderReportingOverflow(dividingBy: right)
            guard !overflow else {
                throw ONNXError.corrupt("\(node.place): of \(left) and \(right)")
            }
            // The rest has the divisor's sign unless it is to have the dividend's.
            return !keepsSign && rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest
        }
        return ONNXTensor(dimensions, .integers(values))
    }

    func choice() throws -> ONNXTensor {
        let (dimensions, _, _) = try broadcast(operand(1), operand(2))
        let (all, condition, left) = try broadcast(operand(0), spread(operand(1), dimensions))
        let right = try spread(operand(2), all).elements
        switch (condition, left, right) {
        case (.integers(let condition), .integers(let left), .integers(let right)):
            let values = condition.indices.map { condition[$0] != 0 ? left[$0] : right[$0] }
            return ONNXTensor(all, .integers(values))
        case (.integers(let condition), .floats(let left), .floats(let right)):
            let values = condition.indices.map { condition[$0] != 0 ? left[$0] : right[$0] }
            return ONNXTensor(all, .floats(values))
        default: throw mixed
        }
    }

    func expand() throws -> ONNXTensor {
        let source = try operand(0)
        let target = ONNXTensor(integers: try integers(1) ?? [])
        let sizes = try Self.broadcastSizes(source.dimensions, target.integers ?? [], node)
        return try spread(source, sizes)
    }

    func range() throws -> ONNXTensor {
        guard let start = try operand(0).integers?.first, let end = try operand(1).integers?.first,
            let step = try operand(2).integers?.first, step != 0
        else { throw ONNXError.unsupported("\(node.place): expected integers") }
        let (reach, overflow) = end.subtractingReportingOverflow(start)
        guard !overflow, step != .min, reach.magnitude / step.magnitude < ONNXTensor.computedLimit
        else {
            throw ONNXError.unsupported("\(node.place): from \(start) to \(end) by \(step)")
        }
        return ONNXTensor(integers: Array(stride(from: start, to: end, by: step)))
    }

    /// Two tensors under the sizes that both are repeated to.
    private func broadcast(
        _ left: ONNXTensor, _ right: ONNXTensor
    ) throws -> (dimensions: [Int], left: ONNXTensor.Elements, right: ONNXTensor.Elements) {
        let sizes = try Self.broadcastSizes(left.dimensions, right.dimensions, node)
        return (sizes, try spread(left, sizes).elements, try spread(right, sizes).elements)
    }

    private static func broadcastSizes(
        _ left: [Int], _ right: [Int], _ node: ONNXNode
    ) throws -> [Int] {
        let rank = max(left.count, right.count)
        return try (0..<rank).map { axis in
            let one = axis < rank - left.count ? 1 : left[axis - (rank - left.count)]
            let other = axis < rank - right.count ? 1 : right[axis - (rank - right.count)]
            guard one == other || one == 1 || other == 1 else {
                throw ONNXError.corrupt(
                    "\(node.place): sizes of \(left.prefix(8)) and \(right.prefix(8))")
            }
            return one == 1 ? other : one
        }
    }

    /// A tensor repeated along the dimensions in which it has the size 1.
    private func spread(_ tensor: ONNXTensor, _ sizes: [Int]) throws -> ONNXTensor {
        guard tensor.dimensions != sizes else { return tensor }
        _ = try checkedCount(sizes, atMost: tensor.elements.count)
        guard tensor.dimensions.count <= sizes.count else {
            throw ONNXError.corrupt("\(node.place): sizes of \(tensor.dimensions) in \(sizes)")
        }
        let missing = sizes.count - tensor.dimensions.count
        let full = Array(repeating: 1, count: missing) + tensor.dimensions
        let picks = try sizes.indices.map { axis in
            guard full[axis] == sizes[axis] || full[axis] == 1 else {
                throw ONNXError.corrupt("\(node.place): sizes of \(tensor.dimensions) in \(sizes)")
            }
            return full[axis] == 1
                ? Array(repeating: 0, count: sizes[axis]) : Array(0..<sizes[axis])
        }
        return ONNXTensor(full, tensor.elements).picking(picks)
    }
}

extension ONNXTensor {
    /// The elements at some places along each dimension, in their order.
    ///
    /// - Precondition: there is a list for each dimension, of places that there are.
    func picking(_ picks: [[Int]]) -> ONNXTensor {
        var offsets = [0]
        var stride = elements.count
        for (axis, places) in picks.enumerated() {
            stride = dimensions[axis] == 0 ? 0 : stride / dimensions[axis]
            offsets = offsets.flatMap { offset in places.map { offset + $0 * stride } }
        }
        let sizes = picks.map(\.count)
        switch elements {
        case .floats(let values):
            return ONNXTensor(sizes, .floats(offsets.map { values[$0] }), name: name)
        case .integers(let values):
            return ONNXTensor(sizes, .integers(offsets.map { values[$0] }), name: name)
        }
    }
}
