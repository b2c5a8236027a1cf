import BranchyCompute
import CInferenceKernels

extension ProgramCompiler {
    /// Whether a kernel has to cut what is below 0: the one activation that kernels have, and the
    /// one place that knows so.
    ///
    /// - Throws: `unsupported` for an activation that no kernel has.
    func hasReLU(_ activation: Program.Operation.Activation?) throws(EngineError) -> Bool {
        switch activation {
        case nil: false
        case .relu: true
        case .clip, .sigmoid, .hardSigmoid, .hardSwish, .silu, .gelu, .geluTanh:
            throw .unsupported(.activation(activation ?? .relu), engine: "native")
        }
    }

    mutating func lowerMaxPooling(
        _ pooling: Program.Operation.Pooling, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let source = try primary(of: instruction.operands[0])
        let isBlocked = source.layout == .blocks
        let kernel =
            isBlocked ? kernels.table.max_pooling_of_blocks : kernels.table.max_pooling
        var call = windowCall(kernel, pooling, instruction)
        call.epilogue.has_relu = try hasReLU(pooling.activation)
        append(
            Step(
                call: call, source: source,
                result: try result(instruction.results[0], isBlocked: isBlocked),
                implementation: implementation(
                    instruction.operation.description,
                    isBlocked ? "windows of blocks" : "windows of planes")))
        try finish(instruction.results[0])
    }

    /// A call whose windows do not reach further than a source does.
    func windowCall(
        _ kernel: inference_kernel?, _ pooling: Program.Operation.Pooling,
        _ instruction: Program.Instruction
    ) -> inference_step {
        var call = call(kernel, source: instruction.operands[0], result: instruction.results[0])
        let largest = Int(max(call.geometry.height, call.geometry.width))
        call.geometry.kernel_size = Int32(clamping: min(pooling.kernelSize.height, largest))
        call.geometry.stride = Int32(clamping: pooling.stride.height)
        return call
    }

    /// An activation of a value, or the sum of two. Blocks are taken for planes of rows so much wider.
    mutating func lowerElementwise(
        _ instruction: Program.Instruction, hasReLU: Bool
    ) throws(EngineError) {
        let layouts = try instruction.operands.map { value throws(EngineError) in
            try primary(of: value).layout
        }
        let isBlocked = layouts.contains(.blocks)
        let wanted: Wanted = isBlocked ? .blocks : .planes
        var sources: [Placement] = []
        for operand in instruction.operands {
            sources.append(try placement(of: operand, wanted))
        }
        var call = call(
            kernels.table.elementwise, source: instruction.operands[0],
            result: instruction.results[0])
        call.epilogue.has_relu = hasReLU
        call.epilogue.has_other = sources.count == 2
        if isBlocked {
            call.geometry.channels = Int32(size(of: instruction.results[0]).blocks)
            call.geometry.width *= Int32(Layout.block)
        }
        append(
            Step(
                call: call, source: sources[0], other: sources.count == 2 ? sources[1] : nil,
                result: try result(instruction.results[0], isBlocked: isBlocked),
                implementation: implementation(
                    instruction.operation.description,
                    isBlocked ? "rows of blocks" : "rows of planes")))
        try finish(instruction.results[0])
    }
}
