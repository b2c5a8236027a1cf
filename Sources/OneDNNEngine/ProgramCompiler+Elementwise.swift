#if OneDNN
import COneDNN
import BranchyCompute

extension ProgramCompiler {
    mutating func lower(
        _ activation: Program.Operation.Activation, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let source = try primary(of: instruction.operands[0])
        let descriptor = try activationForward(activation, source.layout)
        try append(
            descriptor, for: instruction.operation.description,
            [
                (DNNL_ARG_SRC, source),
                (DNNL_ARG_DST, result(instruction.results[0], source.layout)),
            ])
        try finish(instruction.results[0])
    }

    private func activationForward(
        _ activation: Program.Operation.Activation, _ layout: Layout
    ) throws(EngineError) -> Handle {
        var layout = layout
        let function = try conednn_activation(activation)
        return try library.descriptor(of: activation.rawValue) { descriptor, engine, _ in
            conednn_activation_forward(&descriptor, engine, function, &layout.descriptor)
        }
    }

    mutating func lowerGradient(
        _ activation: Program.Operation.Activation, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (known, gradient) = (instruction.operands[0], instruction.operands[1])
        let (layout, views) = try commonViews(known, gradient)
        let forward = try activationForward(activation, layout)
        let function = try conednn_activation(activation)
        var data = layout
        let descriptor = try library.descriptor(
            of: instruction.operation.description, forward: forward
        ) {
            conednn_activation_backward(&$0, $1, $2, function, &data.descriptor)
        }
        let argument =
            switch activation.derivativeOperand {
            case .source: DNNL_ARG_SRC
            case .result: DNNL_ARG_DST
            }
        try append(
            descriptor, for: instruction.operation.description,
            [
                (argument, views.0), (DNNL_ARG_DIFF_DST, views.1),
                (DNNL_ARG_DIFF_SRC, result(instruction.results[0], layout)),
            ])
        try finish(instruction.results[0])
    }

    mutating func lowerBinary(
        _ instruction: Program.Instruction, multiplies: Bool
    ) throws(EngineError) {
        let (layout, views) = try commonViews(instruction.operands[0], instruction.operands[1])
        var data = layout
        let descriptor = try library.descriptor(of: instruction.operation.description) {
            descriptor, engine, _ in
            conednn_binary(&descriptor, engine, multiplies, &data.descriptor)
        }
        try append(
            descriptor, for: instruction.operation.description,
            [
                (DNNL_ARG_SRC_0, views.0), (DNNL_ARG_SRC_1, views.1),
                (DNNL_ARG_DST, result(instruction.results[0], layout)),
            ])
        try finish(instruction.results[0])
    }

    /// Two values of one shape in one layout: the first one's, unless one of them is a flattened
    /// image and the other is not.
    private mutating func commonViews(
        _ first: Program.Value, _ second: Program.Value
    ) throws(EngineError) -> (Layout, (View, View)) {
        let layout = try primary(of: first).layout
        if try primary(of: second).layout.dimensions == layout.dimensions {
            return (layout, (try primary(of: first), try view(of: second, as: layout)))
        }
        let views = (try plainView(of: first), try plainView(of: second))
        return (views.0.layout, views)
    }

    mutating func lowerCrossEntropy(
        _ labelSmoothing: Float, _ instruction: Program.Instruction
    ) throws(EngineError) {
        try appendLoss(.loss, labelSmoothing, instruction)
    }

    mutating func lowerCrossEntropyGradient(
        _ labelSmoothing: Float, _ instruction: Program.Instruction
    ) throws(EngineError) {
        try appendLoss(.gradient, labelSmoothing, instruction)
    }

    private mutating func appendLoss(
        _ computed: CrossEntropyKernel.Computed, _ labelSmoothing: Float,
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        var views: [View] = []
        for operand in instruction.operands { views.append(try plainView(of: operand)) }
        let result = instruction.results[0]
        views.append(try self.result(result, .plain(dimensions(of: result))))
        let classes = program.type(of: instruction.operands[0]).shape[0]
        append(
            CrossEntropyKernel(
                computed: computed, labelSmoothing: Double(labelSmoothing), batchSize: batchSize,
                classes: classes),
            for: instruction.operation.description, views)
        try finish(result)
    }
}
#endif
