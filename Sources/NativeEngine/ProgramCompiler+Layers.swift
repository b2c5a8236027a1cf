import BranchyCompute
import CInferenceKernels

/// Pooling, and what goes from element to element.
extension ProgramCompiler {
    mutating func lowerMaxPooling(
        _ pooling: Program.Operation.Pooling, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (value, written) = (instruction.operands[0], instruction.results[0])
        let isBlocked = blocked.contains(written)
        let source = try placement(of: value, isBlocked ? .blocks : .planes)
        let table = kernels.table
        var call = call(
            isBlocked ? table.max_pooling_of_blocks : table.max_pooling, source: value,
            result: written)
        call.setWindow(pooling)
        let isApplied = isBlocked || pooling.activation.isReLUOrNone
        call.epilogue.apply(isApplied ? pooling.activation : nil)
        let result = try result(written)
        append(
            Step(
                call: call, source: source, result: result,
                implementation: implementation(
                    instruction.operation.description,
                    isBlocked ? "windows of blocks" : "windows of planes"),
                division: isBlocked ? .windows(work: 8) : .none))
        if !isApplied {
            appendActivation(pooling.activation, of: written, from: result, to: result)
        }
        try finish(written)
    }

    mutating func lowerActivation(
        _ activation: Program.Operation.Activation, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let value = instruction.operands[0]
        let source = try primary(of: value)
        let result = try resultInPlace(instruction)
        appendActivation(activation, of: value, from: source, to: result)
        try finish(instruction.results[0])
    }

    mutating func appendActivation(
        _ activation: Program.Operation.Activation?, of value: Program.Value,
        from source: Placement, to result: Placement
    ) {
        var call = elementwiseCall(kernels.table.elementwise, value, source.layout)
        call.epilogue.apply(activation)
        append(
            Step(
                call: call, source: source, result: result,
                implementation: implementation(
                    activation?.name ?? "copy", Self.elementwiseName(source.layout)),
                division: source.layout == .blocks ? .numbers : .none))
    }

    /// A sum or product of two values of one shape.
    mutating func lowerPair(
        _ kernel: inference_kernel?, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let wanted: Wanted = blocked.contains(instruction.results[0]) ? .blocks : .planes
        let first = try placement(of: instruction.operands[0], wanted)
        let second = try placement(of: instruction.operands[1], wanted)
        var call = elementwiseCall(kernel, instruction.operands[0], first.layout)
        call.epilogue.has_other = true
        append(
            Step(
                call: call, source: first, other: second,
                result: try result(instruction.results[0]),
                implementation: implementation(
                    instruction.operation.description, Self.elementwiseName(first.layout)),
                division: first.layout == .blocks ? .numbers : .none))
        try finish(instruction.results[0])
    }

    mutating func lowerMultiply(_ instruction: Program.Instruction) throws(EngineError) {
        guard program.multipliesChannels(instruction) else {
            return try lowerPair(kernels.table.product, instruction)
        }
        let value = instruction.operands[0]
        let source = try placement(of: value, .blocks)
        let factors = try placement(of: instruction.operands[1], .blocks)
        append(
            Step(
                call: call(
                    kernels.table.product_with_channels, source: value,
                    result: instruction.results[0]),
                source: source, other: factors, result: try resultInPlace(instruction),
                implementation: implementation(
                    instruction.operation.description, "scaling of blocks"),
                division: .pixels))
        try finish(instruction.results[0])
    }

    /// A call on elements that lie alike. Blocks are taken for planes of one long row.
    private func elementwiseCall(
        _ kernel: inference_kernel?, _ value: Program.Value, _ layout: Layout
    ) -> inference_step {
        var call = call(kernel, source: value, result: value)
        if layout == .blocks {
            call.geometry.channels = Int32(size(of: value).blocks)
            call.takeImageForRow()
            call.geometry.width *= Int32(Layout.block)
        }
        return call
    }

    private static func elementwiseName(_ layout: Layout) -> String {
        layout == .blocks ? "rows of blocks" : "rows of planes"
    }
}
