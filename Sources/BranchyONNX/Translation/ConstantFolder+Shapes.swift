import BranchyNet

extension ConstantFolder {
    func concatenation(_ attributes: inout AttributeReader) throws -> ONNXTensor {
        let parts = try operands.indices.map(operand)
        let rank = try operand(0).dimensions.count
        let axis = try axis(attributes.integer("axis") ?? 0, rank: rank)
        guard axis == 0 || parts.count == 1,
            parts.allSatisfy({ $0.dimensions.dropFirst() == parts[0].dimensions.dropFirst() })
        else { throw ONNXError.unsupported("\(node.place): of constants along dimension \(axis)") }
        guard parts.count > 1 else { return parts[0] }
        let total = parts.reduce(0) { $0 + $1.dimensions[0] }
        let sizes = [total] + parts[0].dimensions.dropFirst()
        _ = try checkedCount(sizes)
        let integers = parts.compactMap(\.integers)
        if integers.count == parts.count {
            return ONNXTensor(sizes, .integers(integers.flatMap(\.self)))
        }
        let floats = parts.compactMap(\.floats)
        guard floats.count == parts.count else {
            throw ONNXError.corrupt("\(node.place): integers with floating-point numbers")
        }
        return ONNXTensor(sizes, .floats(floats.flatMap(\.self)))
    }

    func gather(_ attributes: inout AttributeReader) throws -> ONNXTensor {
        let source = try operand(0)
        let rank = source.dimensions.count
        let axis = try axis(attributes.integer("axis") ?? 0, rank: rank)
        let size = source.dimensions[axis]
        let indices = try operand(1)
        guard indices.dimensions.count <= 1, let places = indices.integers else {
            throw ONNXError.unsupported("\(node.place): expected one index or a list of them")
        }
        let checked = try places.map { place in
            guard (-size..<size).contains(place) else {
                throw ONNXError.corrupt("\(node.place): index \(place) of \(size)")
            }
            return place < 0 ? place + size : place
        }
        var sizes = source.dimensions
        sizes[axis] = checked.count
        _ = try checkedCount(sizes, atMost: source.elements.count)
        var picks = source.dimensions.map { Array(0..<$0) }
        picks[axis] = checked
        let picked = source.picking(picks)
        // One index, not a list of one, takes the dimension away.
        if indices.dimensions.isEmpty { sizes.remove(at: axis) }
        return ONNXTensor(sizes, picked.elements)
    }

    func slice() throws -> ONNXTensor {
        let source = try operand(0)
        guard let starts = try integers(1), let ends = try integers(2) else {
            throw ONNXError.corrupt("\(node.place): starts or ends are missing")
        }
        let slices = try Self.slices(
            of: source.dimensions, starts, ends, axes: integers(3), steps: integers(4), node)
        return source.picking(slices.map { slice in slice.places })
    }

    func reshape(_ attributes: inout AttributeReader) throws -> ONNXTensor {
        let source = try operand(0)
        let keepsZeros = try attributes.integer("allowzero") ?? 0 != 0
        let sizes = try Self.sizes(
            integers(1) ?? [], of: source.dimensions, keepsZeros: keepsZeros, node)
        return ONNXTensor(sizes, source.elements, name: source.name)
    }

    func flatten(_ attributes: inout AttributeReader) throws -> ONNXTensor {
        let source = try operand(0)
        let rank = source.dimensions.count
        let given = try attributes.integer("axis") ?? 1
        let axis = given == rank ? rank : try axis(given, rank: rank)
        let sizes = [source.dimensions[..<axis], source.dimensions[axis...]].map { $0.reduce(1, *) }
        return ONNXTensor(sizes, source.elements, name: source.name)
    }

    func squeeze(_ attributes: inout AttributeReader) throws -> ONNXTensor {
        let source = try operand(0)
        let rank = source.dimensions.count
        let given = try opset < 13 ? attributes.integers("axes") : integers(1)
        let axes =
            try given?.map { try axis($0, rank: rank) }
            ?? source.dimensions.indices.filter { source.dimensions[$0] == 1 }
        guard axes.allSatisfy({ source.dimensions[$0] == 1 }) else {
            throw ONNXError.corrupt("\(node.place): dimensions \(axes) of \(source.dimensions)")
        }
        let sizes = source.dimensions.indices.filter { !axes.contains($0) }
        return ONNXTensor(
            sizes.map { source.dimensions[$0] }, source.elements, name: source.name)
    }

    func unsqueeze(_ attributes: inout AttributeReader) throws -> ONNXTensor {
        let source = try operand(0)
        let given = try opset < 13 ? attributes.integers("axes") : integers(1)
        var sizes = source.dimensions
        for axis in try Self.newAxes(given, rank: sizes.count, node) { sizes.insert(1, at: axis) }
        return ONNXTensor(sizes, source.elements, name: source.name)
    }

    func transpose(_ attributes: inout AttributeReader) throws -> ONNXTensor {
        let source = try operand(0)
        let order = try Self.order(&attributes, rank: source.dimensions.count, node)
        if order == [1, 0], source.floats != nil { return source.transposed }
        var strides = [Int](repeating: 1, count: order.count)
        for axis in strides.indices.dropLast().reversed() {
            strides[axis] = strides[axis + 1] * source.dimensions[axis + 1]
        }
        var offsets = [0]
        for axis in order {
            let (size, stride) = (source.dimensions[axis], strides[axis])
            offsets = offsets.flatMap { offset in (0..<size).map { offset + $0 * stride } }
        }
        let sizes = order.map { source.dimensions[$0] }
        switch source.elements {
        case .floats(let values):
            return ONNXTensor(sizes, .floats(offsets.map { values[$0] }), name: source.name)
        case .integers(let values):
            return ONNXTensor(sizes, .integers(offsets.map { values[$0] }), name: source.name)
        }
    }
}

// MARK: - What holds for constants and for what depends on the image

extension ConstantFolder {
    /// Places along a dimension.
    struct Slice {
        var first: Int
        var step: Int
        var count: Int

        var places: [Int] { (0..<count).map { first + $0 * step } }

        init(first: Int, step: Int, count: Int) {
            (self.first, self.step, self.count) = (first, step, count)
        }

        /// Places as a `Slice` node says them: counted from behind where they are negative, and cut to
        /// those that there are.
        init(of size: Int, from start: Int, to end: Int, by step: Int) {
            // No further than one step out on the side that it goes to.
            let bounds = step > 0 ? 0...size : -1...max(size - 1, -1)
            let (first, last) = (
                Self.place(start, of: size, in: bounds), Self.place(end, of: size, in: bounds)
            )
            let step = min(max(step, -max(size, 1)), max(size, 1))
            let reach = max(0, step > 0 ? last - first : first - last)
            self.init(first: first, step: step, count: (reach + abs(step) - 1) / abs(step))
        }

        private static func place(_ place: Int, of size: Int, in bounds: ClosedRange<Int>) -> Int {
            let counted = place < 0 ? max(place, -size - 1) + size : place
            return min(max(counted, bounds.lowerBound), bounds.upperBound)
        }
    }

    /// The sizes that a `Reshape` gives: 0 keeps a size, -1 takes what is left.
    static func sizes(
        _ target: [Int], of source: [Int], keepsZeros: Bool, _ node: ONNXNode
    ) throws -> [Int] {
        let count = source.reduce(1, *)
        let wrong = ONNXError.corrupt(
            "\(node.place): values of \(source.prefix(8)) as \(target.prefix(8))")
        guard target.count <= 16, target.count(where: { $0 == -1 }) <= 1 else { throw wrong }
        var sizes = try target.enumerated().map { axis, size in
            guard size == 0, !keepsZeros else { return size }
            guard axis < source.count else { throw wrong }
            return source[axis]
        }
        var product = 1
        for size in sizes where size != -1 {
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            guard size >= 0, !overflow else { throw wrong }
            product = next
        }
        if let rest = sizes.firstIndex(of: -1) {
            guard product > 0, count % product == 0 else { throw wrong }
            sizes[rest] = count / product
            product = count
        }
        guard product == count else { throw wrong }
        return sizes
    }

    /// Where an `Unsqueeze` puts dimensions of size 1, in ascending order.
    static func newAxes(_ given: [Int]?, rank: Int, _ node: ONNXNode) throws -> [Int] {
        guard let given, given.count <= 16 else {
            throw ONNXError.corrupt("\(node.place): its dimensions are missing or too many")
        }
        let newRank = rank + given.count
        let axes = given.map { $0 < 0 && $0 >= -newRank ? $0 + newRank : $0 }
        guard axes.allSatisfy({ (0..<newRank).contains($0) }), Set(axes).count == axes.count else {
            throw ONNXError.corrupt("\(node.place): new dimensions \(given) beside \(rank)")
        }
        return axes.sorted()
    }

    /// The order of dimensions that a `Transpose` gives.
    static func order(
        _ attributes: inout AttributeReader, rank: Int, _ node: ONNXNode
    ) throws -> [Int] {
        let order = try attributes.integers("perm") ?? Array((0..<rank).reversed())
        guard order.sorted() == Array(0..<rank) else {
            throw ONNXError.corrupt(
                "\(node.place): an order of \(order.prefix(8)) for \(rank) dimensions")
        }
        return order
    }

    /// What a `Slice` keeps along each dimension.
    static func slices(
        of shape: [Int], _ starts: [Int], _ ends: [Int], axes: [Int]?, steps: [Int]?,
        _ node: ONNXNode
    ) throws -> [Slice] {
        let axes = axes ?? Array(starts.indices)
        let steps = steps ?? starts.map { _ in 1 }
        guard starts.count == ends.count, axes.count == starts.count, steps.count == starts.count
        else { throw ONNXError.corrupt("\(node.place): lists of different lengths") }
        var slices = shape.map { Slice(first: 0, step: 1, count: $0) }
        for (index, given) in axes.enumerated() {
            let axis = given < 0 && given >= -shape.count ? given + shape.count : given
            guard shape.indices.contains(axis), steps[index] != 0 else {
                throw ONNXError.corrupt(
                    "\(node.place): dimension \(given) of \(shape.count) by steps of \(steps[index])"
                )
            }
            slices[axis] = Slice(
                of: shape[axis], from: starts[index], to: ends[index], by: steps[index])
        }
        return slices
    }
}
