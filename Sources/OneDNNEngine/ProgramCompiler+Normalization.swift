#if OneDNN
import COneDNN
import BranchyCompute

extension ProgramCompiler {
    mutating func lowerBatchNormalization(
        _ normalization: Program.Operation.BatchNormalization, _ instruction: Program.Instruction
    ) throws(EngineError) {
        switch normalization.statistics {
        case .given: try lowerGivenStatistics(normalization, instruction)
        case .batch: try lowerBatchStatistics(normalization, instruction)
        }
    }

    /// The library's own, as inference needs it.
    private mutating func lowerGivenStatistics(
        _ normalization: Program.Operation.BatchNormalization, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (operands, result) = (instruction.operands, instruction.results[0])
        let source = try imageView(of: operands[0])
        // Of activations, the library's can apply this alone.
        let hasReLU = normalization.activation == .relu
        var layout = source.layout
        let descriptor = try library.descriptor(of: instruction.operation.description) {
            descriptor, engine, _ in
            conednn_batch_normalization(
                &descriptor, engine, hasReLU, &layout.descriptor, normalization.epsilon)
        }
        let target = try self.result(result, layout)
        let other = hasReLU ? nil : normalization.activation
        let normalized = other == nil ? target : add(layout)
        try append(
            descriptor, for: instruction.operation.description,
            [
                Argument(.source, source),
                Argument(.scale, plainView(of: operands[1])),
                Argument(.shift, plainView(of: operands[2])),
                Argument(.mean, plainView(of: operands[3])),
                Argument(.variance, plainView(of: operands[4])),
                Argument(.result, normalized),
            ])
        if let other {
            try append(
                other, normalized, to: target, for: instruction.operation.description)
        }
        try finish(result)
    }

    /// The library adds up all numbers of a channel in 32 bits; this does not.
    private mutating func lowerBatchStatistics(
        _ normalization: Program.Operation.BatchNormalization, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (operands, results) = (instruction.operands, instruction.results)
        let source = try imageView(of: operands[0])
        let kernel = BatchNormalizationKernel(
            try sizes(normalization, source.layout), .forward)
        var views = [source, try plainView(of: operands[1]), try plainView(of: operands[2])]
        views.append(try result(results[0], source.layout))
        for value in results[1...2] {
            views.append(try result(value, .plain(dimensions(of: value))))
        }
        views.append(try addScratch(byteCount: kernel.scratchByteCount))
        if results.count > 3 { views.append(try selection(results[3], source.layout)) }
        append(kernel, for: instruction.operation.description, views)
        for value in results.prefix(3) { try finish(value) }
    }

    mutating func lowerBatchNormalizationGradient(
        _ normalization: Program.Operation.BatchNormalization, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (operands, results) = (instruction.operands, instruction.results)
        let source = try imageView(of: operands[0])
        let kernel = BatchNormalizationKernel(
            try sizes(normalization, source.layout), .backward)
        var views = [source]
        for parameter in operands[1...3] { views.append(try plainView(of: parameter)) }
        views.append(try view(of: operands[4], as: source.layout))
        views.append(try result(results[0], source.layout))
        for value in results[1...2] {
            views.append(try result(value, .plain(dimensions(of: value))))
        }
        views.append(try addScratch(byteCount: kernel.scratchByteCount))
        if operands.count > 5 { views.append(try primary(of: operands[5])) }
        append(kernel, for: instruction.operation.description, views)
        for value in results { try finish(value) }
    }

    private func sizes(
        _ normalization: Program.Operation.BatchNormalization, _ layout: Layout
    ) throws(EngineError) -> BatchNormalizationKernel.Sizes {
        let dimensions = layout.dimensions
        return BatchNormalizationKernel.Sizes(
            pixels: dimensions[0] * dimensions[2] * dimensions[3], channels: dimensions[1],
            isBFloat16: layout.type == dnnl_bf16,
            bounds: try bounds(of: normalization), epsilon: normalization.epsilon,
            isGiven: normalization.statistics == .given)
    }

    /// One byte per element, in the order of the image.
    private mutating func selection(
        _ value: Program.Value, _ layout: Layout
    ) throws(EngineError) -> View {
        try result(value, .channelsLast(layout.dimensions, dnnl_s8))
    }

    /// What an activation that selects cuts its source to.
    private func bounds(
        of normalization: Program.Operation.BatchNormalization
    ) throws(EngineError) -> ClosedRange<Float>? {
        switch normalization.activation {
        case nil: nil
        case .relu: 0...Float.infinity
        case .clip(let minimum, let maximum): minimum...maximum
        case .sigmoid, .hardSigmoid, .hardSwish, .silu, .gelu, .geluTanh:
            throw .unsupported(.batchNormalization(normalization), engine: "oneDNN")
        }
    }
}
#endif
