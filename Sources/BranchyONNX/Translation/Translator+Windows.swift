import BranchyCompute

extension Translator {
    /// Kernels, strides and dilations are 1 to this, paddings 0 to one less, as in descriptions of
    /// networks.
    private static let largestWindow = 4096

    mutating func convolution(_ node: ONNXNode, _ attributes: inout AttributeReader) throws {
        let (id, shape) = try image(node)
        let weight = try weights(node, 1)
        guard weight.dimensions.count == 4 else {
            throw ONNXError.unsupported(
                "\(node.place): weights of \(weight.dimensions.count) dimensions, expected 4: only "
                    + "images are convolved")
        }
        let groups = try attributes.integer("group") ?? 1
        guard (1...shape[1]).contains(groups), shape[1] % groups == 0,
            weight.dimensions[0] % groups == 0, weight.dimensions[1] == shape[1] / groups
        else {
            throw ONNXError.corrupt(
                "\(node.place): weights of \(weight.dimensions) in \(groups) groups for \(shape[1]) "
                    + "channels")
        }
        let kernel = Array(weight.dimensions[2...])
        guard try attributes.integers("kernel_shape") ?? kernel == kernel else {
            throw ONNXError.corrupt("\(node.place): kernel_shape is not that of the weights")
        }
        let window = try window(node, &attributes, kernel: kernel, shape)
        let bias = try bias(node, 2, count: weight.dimensions[0])
        try append(
            .convolution(
                .init(window: window, groups: groups, weight: weight, bias: bias, name: node.name)),
            [id], [1, weight.dimensions[0]] + (try sizes(node, window, shape)), node)
    }

    mutating func maximumPooling(_ node: ONNXNode, _ attributes: inout AttributeReader) throws {
        try attributes.require("storage_order", 0)
        try pooling(.maximum, node, &attributes)
    }

    mutating func averagePooling(_ node: ONNXNode, _ attributes: inout AttributeReader) throws {
        let countsPadding = try attributes.integer("count_include_pad") ?? 0 != 0
        try pooling(.average(countsPadding: countsPadding), node, &attributes)
    }

    private mutating func pooling(
        _ kind: Step.Pooling.Kind, _ node: ONNXNode, _ attributes: inout AttributeReader
    ) throws {
        let (id, shape) = try image(node)
        guard let kernel = try attributes.integers("kernel_shape", count: 2) else {
            throw ONNXError.corrupt("\(node.place): kernel_shape is missing")
        }
        let window = try window(node, &attributes, kernel: kernel, shape)
        guard window.dilation == [1, 1] else {
            throw ONNXError.unsupported("\(node.place): a dilated window")
        }
        let roundsUp = try attributes.integer("ceil_mode") ?? 0 != 0
        let sizes = try sizes(node, window, shape, roundsUp: roundsUp)
        if kernel == [1, 1], window.stride == [1, 1], sizes == Array(shape[2...]) {
            return try pass(node, "poolings of single pixels left out")
        }
        try append(
            .pooling(.init(kind: kind, window: window, roundsUp: roundsUp)), [id],
            [1, shape[1]] + sizes, node)
    }

    mutating func padding(_ node: ONNXNode, _ attributes: inout AttributeReader) throws {
        let (id, shape) = try image(node)
        let mode = try attributes.string("mode") ?? "constant"
        let value = try constant(node, 2)?.scalar ?? 0
        let axes = try integers(node, 3)?.map { try axis($0, rank: 4, node) } ?? [0, 1, 2, 3]
        guard let pads = try integers(node, 1), pads.count == 2 * axes.count, mode == "constant",
            value == 0
        else {
            throw ONNXError.unsupported("\(node.place): expected zeros around an image")
        }
        var around = [Int](repeating: 0, count: 8)
        for (index, axis) in axes.enumerated() {
            around[axis] = pads[index]
            around[axis + 4] = pads[index + axes.count]
        }
        guard around[0] == 0, around[1] == 0, around[4] == 0, around[5] == 0 else {
            throw ONNXError.unsupported("\(node.place): zeros beside channels or batch")
        }
        let padding = try padding(node, [around[2], around[3], around[6], around[7]])
        try append(
            .pad(padding), [id],
            [
                1, shape[1], shape[2] + padding.top + padding.bottom,
                shape[3] + padding.left + padding.right,
            ], node)
    }

    /// The window of a convolution or pooling.
    private func window(
        _ node: ONNXNode, _ attributes: inout AttributeReader, kernel: [Int], _ shape: [Int]
    ) throws -> Step.Window {
        var window = Step.Window(
            kernel: kernel, stride: try attributes.integers("strides", count: 2) ?? [1, 1],
            dilation: try attributes.integers("dilations", count: 2) ?? [1, 1])
        for (title, sizes) in [
            ("kernel", kernel), ("stride", window.stride), ("dilation", window.dilation),
        ] where !sizes.allSatisfy({ (1...Self.largestWindow).contains($0) }) {
            throw ONNXError.unsupported(
                "\(node.place): a \(title) of \(sizes), expected 1 to \(Self.largestWindow)")
        }
        let pads = try attributes.integers("pads", count: 4)
        switch try attributes.string("auto_pad") ?? "NOTSET" {
        case "NOTSET", "": window.padding = try padding(node, pads ?? [0, 0, 0, 0])
        case "VALID": break
        case "SAME_UPPER": window.padding = Self.samePadding(window, shape, moreAtEnd: true)
        case "SAME_LOWER": window.padding = Self.samePadding(window, shape, moreAtEnd: false)
        case let other: throw ONNXError.corrupt("\(node.place): auto_pad is '\(other)'")
        }
        return window
    }

    /// - Parameter pads: at the top, left, bottom and right.
    private func padding(_ node: ONNXNode, _ pads: [Int]) throws -> Padding2D {
        guard pads.allSatisfy({ (0..<Self.largestWindow).contains($0) }) else {
            throw ONNXError.unsupported(
                "\(node.place): paddings of \(pads), expected 0 to \(Self.largestWindow - 1)")
        }
        return .init(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3])
    }

    /// As much padding as makes a result of the source's size, divided by the stride and rounded up.
    private static func samePadding(
        _ window: Step.Window, _ shape: [Int], moreAtEnd: Bool
    ) -> Padding2D {
        let ends = (0..<2).map { axis in
            let (size, stride) = (shape[axis + 2], window.stride[axis])
            let reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1
            let total = max(0, ((size + stride - 1) / stride - 1) * stride + reach - size)
            return moreAtEnd ? (total / 2, total - total / 2) : (total - total / 2, total / 2)
        }
        return .init(top: ends[0].0, left: ends[1].0, bottom: ends[0].1, right: ends[1].1)
    }

    /// Rows and columns of what a window makes of an image.
    private func sizes(
        _ node: ONNXNode, _ window: Step.Window, _ shape: [Int], roundsUp: Bool = false
    ) throws -> [Int] {
        let before = [window.padding.top, window.padding.left]
        let after = [window.padding.bottom, window.padding.right]
        return try (0..<2).map { axis in
            let reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1
            let stride = window.stride[axis]
            let rest = shape[axis + 2] + before[axis] + after[axis] - reach
            guard rest >= 0 else {
                throw ONNXError.corrupt(
                    "\(node.place): a window of \(reach) over \(shape[axis + 2]) pixels")
            }
            let count = rest / stride + 1
            guard roundsUp, rest % stride != 0 else { return count }
            // The last window still begins inside of the image or its padding in front.
            return count * stride < shape[axis + 2] + before[axis] ? count + 1 : count
        }
    }
}
