import BranchyCompute
import CInferenceKernels

/// What a fully connected layer reads, in the order of reading.
private struct Features {
    let placement: Placement
    /// Rows as the kernel reads them.
    let size: ImageSize
    /// Which input each float is, those included that only fill the vectors of a row.
    let order: [Int?]
}

extension ProgramCompiler {
    mutating func lowerLinear(
        _ linear: Program.Operation.Linear, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let weight = try tensor(1, of: instruction)
        let bias = try bias(2, of: instruction)
        let outputs = weight.shape[0]
        var call = call(
            kernels.table.linear, source: instruction.operands[0], result: instruction.results[0])
        call.geometry.result_channels = Int32(outputs)
        call.epilogue.apply(linear.activation)
        // As in training, so that logits do not lose bits at the last moment.
        let inBFloat16 = kernels.precision == .bfloat16 && !isOutput(instruction.results[0])
        call.linear = inference_linear(
            group: kernels.table.linear_group(Int32(outputs)), in_bfloat16: inBFloat16)
        let source = try features(
            instruction.operands[0], outputs: outputs, inBFloat16: inBFloat16)
        call.setSource(source.size)
        let group = Int(call.linear.group)
        let row = inBFloat16 ? (source.size.width + 1) / 2 : source.size.width
        let featureCount =
            source.size.channels * source.size.height
            * row.roundedUp(toMultipleOf: kernels.columnLanes)
        append(
            Step(
                call: call, source: source.placement,
                result: try result(instruction.results[0]),
                scratch: inBFloat16
                    ? addScratch(count: kernels.table.linear_scratch(call.geometry.width)) : nil,
                weights: weights.append(
                    linear: weight, features: source.order, group: group,
                    lanes: kernels.columnLanes, inBFloat16: inBFloat16),
                biases: weights.append(biases: bias, count: outputs, lanes: group),
                implementation: implementation(
                    instruction.operation.description, "sums of products",
                    inBFloat16: inBFloat16),
                division: .features(weights: featureCount)))
        try finish(instruction.results[0])
    }

    /// An image that only fully connected layers read stays as it lies: their weights are packed in
    /// its order. Otherwise planes without frames are a row of features already.
    mutating func lowerFlatten(_ instruction: Program.Instruction) throws(EngineError) {
        let (image, features) = (instruction.operands[0], instruction.results[0])
        if !isOutput(features), readsOnlyLinearly[features] ?? true {
            flattened[features] = flattened[image] ?? image
            return
        }
        let source = try placement(of: image, .plain)
        try alias(features, Placement(buffer: source.buffer, size(of: features)))
    }

    /// The features of a value, as they lie or in a copy.
    private mutating func features(
        _ value: Program.Value, outputs: Int, inBFloat16: Bool
    ) throws(EngineError) -> Features {
        let image = flattened[value] ?? value
        let (size, primary) = (size(of: image), try primary(of: image))
        switch primary.layout {
        case .blocks:
            let order = size.featuresInBlocks
            return Features(placement: primary, size: ImageSize([order.count]), order: order)
        case .planes(let frame)
        where frame > 0 && !inBFloat16 && kernels.prefersRows(of: size, outputs: outputs):
            let order = size.featuresInRows(lanes: kernels.columnLanes)
            return Features(placement: primary, size: size, order: order)
        case .planes:
            let order = (0..<size.channels * size.height * size.width).map(Optional.some)
            return Features(
                placement: try placement(of: image, .plain), size: ImageSize([order.count]),
                order: order)
        }
    }
}

extension Program {
    /// For each value that is read, whether only fully connected layers read it.
    var readsOnlyLinearly: [Value: Bool] {
        var isLinear: [Value: Bool] = [:]
        for instruction in segments.flatMap(\.instructions) {
            for operand in instruction.operands {
                isLinear[operand] = (isLinear[operand] ?? true) && instruction.operation.isLinear
            }
        }
        return isLinear
    }
}

extension Program.Operation {
    fileprivate var isLinear: Bool { if case .linear = self { true } else { false } }
}

extension ImageSize {
    /// The flattened position of each float of an image in blocks; `nil` beyond the last channel.
    fileprivate var featuresInBlocks: [Int?] {
        let area = height * width
        return (0..<blocks * area * Layout.block).map { position -> Int? in
            let (pixel, lane) = position.quotientAndRemainder(dividingBy: Layout.block)
            let channel = pixel / area * Layout.block + lane
            return channel < channels ? channel * area + pixel % area : nil
        }
    }

    /// The flattened position of each lane of an image's rows; `nil` beyond the end of a row.
    fileprivate func featuresInRows(lanes: Int) -> [Int?] {
        let filled = width.roundedUp(toMultipleOf: lanes)
        return (0..<channels * height * filled).map { position -> Int? in
            let (row, column) = position.quotientAndRemainder(dividingBy: filled)
            return column < width ? row * width + column : nil
        }
    }
}
