import BranchyCompute
import BranchyNet

extension Translator {
    mutating func mean(_ node: ONNXNode, _ attributes: inout AttributeReader) throws {
        let (id, shape) = try image(node)
        try attributes.require("noop_with_empty_axes", 0)
        let keepsDimensions = try attributes.integer("keepdims") ?? 1 != 0
        let axes = try axes(node, &attributes, input: 1, since: 18, rank: 4)
        guard axes == [2, 3] else {
            throw ONNXError.unsupported(
                "\(node.place): over dimensions \(axes ?? [0, 1, 2, 3]), expected over height and width"
            )
        }
        try append(
            .globalAverage(keepsDimensions: keepsDimensions), [id],
            [1, shape[1]] + (keepsDimensions ? [1, 1] : []), node)
    }

    mutating func flatten(_ node: ONNXNode, _ attributes: inout AttributeReader) throws {
        let (id, shape) = try data(node)
        let axis = try axis(attributes.integer("axis") ?? 1, rank: shape.count, node)
        guard axis == 1 else {
            throw ONNXError.unsupported(
                "\(node.place): from dimension \(axis) on, expected from the channels on")
        }
        try append(.reshape, [id], [1, shape.reduce(1, *)], node)
    }

    mutating func reshape(_ node: ONNXNode, _ attributes: inout AttributeReader) throws {
        let (id, shape) = try data(node)
        let keepsZeros = try attributes.integer("allowzero") ?? 0 != 0
        guard let target = try integers(node, 1) else {
            throw ONNXError.corrupt("\(node.place): the new sizes are missing")
        }
        let sizes = try ConstantFolder.sizes(target, of: shape, keepsZeros: keepsZeros, node)
        try append(.reshape, [id], sizes, node)
    }

    mutating func squeeze(_ node: ONNXNode, _ attributes: inout AttributeReader) throws {
        let (id, shape) = try data(node)
        let axes =
            try axes(node, &attributes, input: 1, since: 13, rank: shape.count)
            ?? shape.indices.dropFirst().filter { shape[$0] == 1 }
        guard axes.allSatisfy({ shape[$0] == 1 }), !axes.contains(0) else {
            throw ONNXError.corrupt("\(node.place): dimensions \(axes) of \(shape)")
        }
        try append(
            .reshape, [id], shape.indices.filter { !axes.contains($0) }.map { shape[$0] }, node)
    }

    mutating func unsqueeze(_ node: ONNXNode, _ attributes: inout AttributeReader) throws {
        let (id, shape) = try data(node)
        let axes = try ConstantFolder.newAxes(
            opset < 13 ? attributes.integers("axes") : integers(node, 1), rank: shape.count, node)
        var sizes = shape
        for axis in axes { sizes.insert(1, at: axis) }
        try append(.reshape, [id], sizes, node)
    }

    mutating func transpose(_ node: ONNXNode, _ attributes: inout AttributeReader) throws {
        let (id, shape) = try data(node)
        let order = try ConstantFolder.order(&attributes, rank: shape.count, node)
        guard order.first == 0 else {
            throw ONNXError.unsupported("\(node.place): it moves the batch, by \(order)")
        }
        try append(.transpose(order), [id], order.map { shape[$0] }, node)
    }

    mutating func expand(_ node: ONNXNode) throws {
        let (id, shape) = try image(node)
        guard let target = try integers(node, 1), target.count == 4, shape[2...] == [1, 1],
            zip(target, shape).prefix(2).allSatisfy({ $0 == 1 || $0 == $1 })
        else {
            throw ONNXError.unsupported(
                "\(node.place): of values of \(shape), expected one number for each channel of images"
            )
        }
        try append(.expand, [id], [1, shape[1]] + target[2...], node)
    }

    mutating func split(_ node: ONNXNode, _ attributes: inout AttributeReader) throws {
        let (id, shape) = try data(node)
        let along = try axis(attributes.integer("axis") ?? 0, rank: shape.count, node)
        guard along == 1 else {
            throw ONNXError.unsupported(
                "\(node.place): along dimension \(along), expected along the channels")
        }
        let parts = node.outputs.count
        _ = try attributes.integer("num_outputs")
        let given = opset < 13 ? try attributes.integers("split") : try integers(node, 1)
        // The last part is smaller where the channels cannot be divided evenly.
        let even = (shape[1] + max(parts, 1) - 1) / max(parts, 1)
        let counts =
            given ?? (0..<parts).map { max(0, min(even, shape[1] - $0 * even)) }
        guard counts.count == parts, counts.allSatisfy({ (1...shape[1]).contains($0) }),
            counts.reduce(0, +) == shape[1]
        else {
            throw ONNXError.corrupt(
                "\(node.place): \(shape[1]) channels in parts of \(counts.prefix(8))")
        }
        var first = 0
        for (index, count) in counts.enumerated() {
            try append(
                .selectChannels(from: first, count: count), [id], [1, count] + shape.dropFirst(2),
                node, output: index)
            first += count
        }
    }

    mutating func slice(_ node: ONNXNode) throws {
        let (id, shape) = try data(node)
        guard let starts = try integers(node, 1), let ends = try integers(node, 2) else {
            throw ONNXError.corrupt("\(node.place): starts or ends are missing")
        }
        let kept = try ConstantFolder.slices(
            of: shape, starts, ends, axes: integers(node, 3), steps: integers(node, 4), node)
        for (axis, slice) in kept.enumerated() where axis != 1 && slice.count != shape[axis] {
            throw ONNXError.unsupported(
                "\(node.place): along dimension \(axis), expected the channels")
        }
        guard kept.count > 1, kept[1].step == 1 || kept[1].count == 1, kept[1].count > 0 else {
            throw ONNXError.unsupported(
                "\(node.place): expected channels that lie beside one another")
        }
        let (first, count) = (kept[1].first, kept[1].count)
        guard count < shape[1] else { return try pass(node, "slices of all channels left out") }
        try append(
            .selectChannels(from: first, count: count), [id], [1, count] + shape.dropFirst(2), node)
    }
}
