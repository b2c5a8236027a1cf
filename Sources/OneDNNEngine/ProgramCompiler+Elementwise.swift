#if OneDNN
import COneDNN
import BranchyCompute

/// Two values as one primitive reads them.
struct CommonViews {
    let layout: Layout
    let first: View
    let second: View
}

extension ProgramCompiler {
    mutating func lowerBinary(
        _ instruction: Program.Instruction, multiplies: Bool
    ) throws(EngineError) {
        let views = try commonViews(instruction.operands[0], instruction.operands[1])
        try appendBinary(
            views.first, views.second, to: result(instruction.results[0], views.layout),
            multiplies: multiplies, for: instruction.operation.description)
        try finish(instruction.results[0])
    }

    /// Appends a sum or product, of which the second operand may have one number where the first has
    /// several.
    mutating func appendBinary(
        _ first: View, _ second: View, to target: View, multiplies: Bool, for operation: String
    ) throws(EngineError) {
        var (left, right) = (first.layout.descriptor, second.layout.descriptor)
        let descriptor = try library.descriptor(of: operation) { descriptor, engine, _ in
            conednn_binary(&descriptor, engine, multiplies, &left, &right)
        }
        try append(
            descriptor, for: operation,
            [
                Argument(.firstSource, first), Argument(.secondSource, second),
                Argument(.result, target),
            ])
    }

    /// Two values of one shape in one layout: the first one's, unless one of them is a flattened
    /// image and the other is not.
    mutating func commonViews(
        _ first: Program.Value, _ second: Program.Value
    ) throws(EngineError) -> CommonViews {
        let layout = try primary(of: first).layout
        if try primary(of: second).layout.dimensions == layout.dimensions {
            return CommonViews(
                layout: layout, first: try primary(of: first),
                second: try view(of: second, as: layout))
        }
        let plain = try plainView(of: first)
        return CommonViews(
            layout: plain.layout, first: plain, second: try plainView(of: second))
    }

    /// Features that already lie as an image stay where they are.
    mutating func lowerFlattenGradient(
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (source, result) = (instruction.operands[0], instruction.results[0])
        let primary = try primary(of: source)
        if primary.layout.dimensions.count == 4 { return try alias(result, primary) }
        let layout = try Layout.plain(dimensions(of: result), dataType(of: result))
        try alias(result, View(buffer: plainView(of: source).buffer, layout: layout))
    }

    /// Copies activations as another type; a parameter is rounded where it is packed, see
    /// `parameterView`.
    mutating func lowerConversion(
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (source, result) = (try primary(of: instruction.operands[0]), instruction.results[0])
        guard program.type(of: result).isBatched else { return try alias(result, source) }
        let (dimensions, type) = (source.layout.dimensions, dataType(of: result))
        let layout: Layout =
            try dimensions.count == 4 ? .channelsLast(dimensions, type) : .plain(dimensions, type)
        try appendReorder(source, self.result(result, layout))
        try finish(result)
    }

    mutating func lowerCrossEntropy(
        _ labelSmoothing: Float, _ instruction: Program.Instruction
    ) throws(EngineError) {
        try appendLoss(instruction) { batchSize, classes in
            CrossEntropyKernel(
                computed: .loss, labelSmoothing: Double(labelSmoothing), batchSize: batchSize,
                classes: classes)
        }
    }

    mutating func lowerCrossEntropyGradient(
        _ labelSmoothing: Float, _ instruction: Program.Instruction
    ) throws(EngineError) {
        try appendLoss(instruction) { batchSize, classes in
            CrossEntropyKernel(
                computed: .gradient, labelSmoothing: Double(labelSmoothing), batchSize: batchSize,
                classes: classes)
        }
    }

    mutating func lowerDistillation(
        _ computed: CrossEntropyKernel.Computed, _ temperature: Float,
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        try appendLoss(instruction) { batchSize, classes in
            DistillationKernel(
                computed: computed, temperature: Double(temperature), batchSize: batchSize,
                classes: classes)
        }
    }

    private mutating func appendLoss(
        _ instruction: Program.Instruction,
        _ kernel: (_ batchSize: Int, _ classes: Int) -> any HostKernel
    ) throws(EngineError) {
        var views: [View] = []
        for operand in instruction.operands { views.append(try plainView(of: operand)) }
        let result = instruction.results[0]
        views.append(try self.result(result, .plain(dimensions(of: result))))
        let classes = program.type(of: instruction.operands[0]).shape[0]
        append(
            kernel(batchSize, classes),
            for: instruction.operation.description, views)
        try finish(result)
    }
}
#endif
