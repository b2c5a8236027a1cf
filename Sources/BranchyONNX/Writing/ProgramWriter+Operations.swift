#if ONNX
import BranchyCompute

extension ProgramWriter {
    /// Appends what an operation comes to in ONNX; the last node computes its result.
    ///
    /// - Returns: the name of the result.
    mutating func write(_ operation: Program.Operation, _ operands: Operands) throws -> String {
        switch operation {
        case .convolution(let convolution): write(convolution, operands)
        case .linear(let linear):
            write(
                linear.activation,
                of: builder.append(
                    "Gemm", operands.names, [.integer("transB", 1)], layer: operands.layer))
        case .maxPooling(let pooling) where !pooling.recordsSelection:
            write(
                pooling.activation,
                of: builder.append("MaxPool", operands.names, pooling.window(over: operands)))
        case .averagePooling(let pooling): writeAverage(pooling, operands)
        case .globalAveragePooling(let keepsDimensions):
            writeGlobalAverage(keepsDimensions: keepsDimensions, operands)
        case .batchNormalization(let normalization) where normalization.statistics == .given:
            write(
                normalization.activation,
                of: builder.append(
                    "BatchNormalization", operands.names,
                    [.float("epsilon", normalization.epsilon)], layer: operands.layer))
        case .localResponseNormalization(let normalization):
            builder.append("LRN", operands.names, normalization.attributes)
        case .shortcut(let shortcut): write(shortcut, operands)
        case .activation(let activation): write(activation, of: operands.names[0])
        case .add: builder.append("Add", operands.names)
        case .multiply: builder.append("Mul", operands.names)
        case .concatenate: builder.append("Concat", operands.names, [.integer("axis", 1)])
        case .selectChannels(let range):
            slice(operands.names[0], axes: [1], from: [range.lowerBound], to: [range.upperBound])
        case .shuffleChannels(let groups): writeShuffle(groups: groups, operands)
        case .flatten: builder.append("Flatten", operands.names, [.integer("axis", 1)])
        case .maxPooling, .batchNormalization, .dropout, .softmaxCrossEntropy, .distillation,
            .convert, .gradient:
            throw ONNXError.unsupported("\(operation): a part of training, which is not exported")
        }
    }

    private mutating func write(
        _ convolution: Program.Operation.Convolution, _ operands: Operands
    ) -> String {
        let kernel = operands.shapes[1].dimensions.dropFirst(2)
        let name = builder.append(
            "Conv", operands.names,
            [
                .integers("kernel_shape", Array(kernel)),
                .integers("strides", convolution.stride.sides),
                .integers("pads", convolution.padding.sides),
                .integers("dilations", convolution.dilation.sides),
                .integer("group", convolution.groups),
            ], layer: operands.layer)
        return write(convolution.activation, of: name)
    }

    /// Where windows reach beyond a padding that counts, the padding becomes a part of the image: what
    /// lies behind it does not count.
    private mutating func writeAverage(
        _ pooling: Program.Operation.Pooling, _ operands: Operands
    ) -> String {
        var pooling = pooling
        var (name, shape) = (operands.names[0], operands.shapes[0])
        let padding = pooling.padding
        if pooling.countsPadding, pooling.ends(over: shape) != padding {
            name = pad(name, [0, 0] + padding.sides.prefix(2) + [0, 0] + padding.sides.suffix(2))
            shape = [
                shape[0], shape[1] + padding.top + padding.bottom,
                shape[2] + padding.left + padding.right,
            ]
            (pooling.padding, pooling.countsPadding) = (0, false)
        }
        return builder.append(
            "AveragePool", [name],
            pooling.window(over: shape)
                + [.integer("count_include_pad", pooling.countsPadding ? 1 : 0)])
    }

    private mutating func writeGlobalAverage(
        keepsDimensions: Bool, _ operands: Operands
    ) -> String {
        let name = builder.append("GlobalAveragePool", operands.names)
        return keepsDimensions ? name : builder.append("Flatten", [name], [.integer("axis", 1)])
    }

    private mutating func write(
        _ shortcut: Program.Operation.Shortcut, _ operands: Operands
    ) -> String {
        let (shape, stride) = (operands.shapes[0], shortcut.stride)
        let kept = slice(
            operands.names[0], axes: [2, 3], from: [0, 0], to: [shape[1], shape[2]],
            by: [stride, stride])
        return pad(
            kept, [0, shortcut.channelsBefore, 0, 0, 0, shortcut.channelsAfter, 0, 0])
    }

    private mutating func writeShuffle(groups: Int, _ operands: Operands) -> String {
        let shape = operands.shapes[0].dimensions
        // A size of 0 stays as it is: that of the batch.
        let cut = builder.constant([0, groups, shape[0] / groups] + shape[1...])
        let whole = builder.constant([0] + shape)
        let inGroups = builder.append("Reshape", [operands.names[0], cut])
        let dealt = builder.append(
            "Transpose", [inGroups], [.integers("perm", [0, 2, 1, 3, 4])])
        return builder.append("Reshape", [dealt, whole])
    }

    private mutating func slice(
        _ source: String, axes: [Int], from starts: [Int], to ends: [Int], by steps: [Int]? = nil
    ) -> String {
        let inputs = [starts, ends, axes, steps ?? axes.map { _ in 1 }].map { builder.constant($0) }
        return builder.append("Slice", [source] + inputs)
    }

    /// - Parameter sides: zeros in front of each dimension, then behind each.
    private mutating func pad(_ source: String, _ sides: [Int]) -> String {
        builder.append("Pad", [source, builder.constant(sides)])
    }
}

extension Extent2D {
    fileprivate var sides: [Int] { [height, width] }
}

extension Program.Operation.Pooling {
    fileprivate func window(over operands: ProgramWriter.Operands) -> [Onnx_AttributeProto] {
        window(over: operands.shapes[0])
    }

    /// The window with all that it covers said by its padding: runtimes differ in what they do with
    /// sizes that are rounded up.
    fileprivate func window(over shape: Shape) -> [Onnx_AttributeProto] {
        [
            .integers("kernel_shape", kernelSize.sides), .integers("strides", stride.sides),
            .integers("pads", ends(over: shape).sides),
        ]
    }

    /// The padding, with as much more at the ends as the last windows reach beyond it.
    fileprivate func ends(over shape: Shape) -> Padding2D {
        let counts = windowCounts(height: shape[1], width: shape[2])
        var padding = padding
        padding.bottom = max(
            padding.bottom,
            (counts.height - 1) * stride.height + kernelSize.height - padding.top - shape[1])
        padding.right = max(
            padding.right,
            (counts.width - 1) * stride.width + kernelSize.width - padding.left - shape[2])
        return padding
    }
}

extension Program.Operation.LocalResponseNormalization {
    /// ONNX divides α by the size.
    fileprivate var attributes: [Onnx_AttributeProto] {
        [
            .integer("size", size), .float("alpha", alpha * Float(size)), .float("beta", beta),
            .float("bias", k),
        ]
    }
}
#endif
