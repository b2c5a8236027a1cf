import CInferenceKernels
import Compute

extension ProgramCompiler {
    mutating func lower(
        _ linear: Operation.Linear, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let weight = try tensor(1, of: instruction)
        let bias = try bias(2, of: instruction)
        var call = call(
            kernels.table.linear, source: instruction.operands[0], result: instruction.results[0])
        call.channels = Int32(weight.shape[1])
        call.result_channels = Int32(weight.shape[0])
        call.group = kernels.table.linear_group(call.result_channels)
        call.has_relu = linear.activation == .relu
        // As in training, so that logits do not lose bits at the last moment.
        call.in_bfloat16 = kernels.precision == .bfloat16 && !isOutput(instruction.results[0])
        let group = Int(call.group)
        append(
            Step(
                call: call, source: try placement(of: instruction.operands[0], .plain),
                result: try result(instruction.results[0]),
                scratch: call.in_bfloat16
                    ? addScratch(count: kernels.table.linear_scratch(call.channels)) : nil,
                weights: weights.append(
                    linear: weight, group: group, lanes: kernels.columnLanes,
                    inBFloat16: call.in_bfloat16),
                biases: weights.append(biases: bias, count: weight.shape[0], lanes: group),
                implementation: implementation(
                    instruction.operation.description, "sums of products",
                    inBFloat16: call.in_bfloat16)))
        try finish(instruction.results[0])
    }

    mutating func lower(
        _ pooling: Operation.Pooling, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let source = try primary(of: instruction.operands[0])
        let isBlocked = source.layout == .blocks
        let kernel =
            isBlocked ? kernels.table.max_pooling_of_blocks : kernels.table.max_pooling
        var call = windowCall(kernel, pooling, instruction)
        call.has_relu = pooling.activation == .relu
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
        _ kernel: inference_kernel?, _ pooling: Operation.Pooling,
        _ instruction: Program.Instruction
    ) -> inference_step {
        var call = call(kernel, source: instruction.operands[0], result: instruction.results[0])
        let largest = Int(max(call.height, call.width))
        call.kernel_size = Int32(clamping: min(pooling.kernelSize, largest))
        call.stride = Int32(clamping: pooling.stride)
        return call
    }

    /// ReLU of a value, or the sum of two. Blocks are taken for planes of rows so much wider.
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
        call.has_relu = hasReLU
        call.has_other = sources.count == 2
        if isBlocked {
            call.channels = Int32(size(of: instruction.results[0]).blocks)
            call.width *= Int32(Layout.block)
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

    /// Planes without frames are a row of features already.
    mutating func lowerFlatten(_ instruction: Program.Instruction) throws(EngineError) {
        let source = try placement(of: instruction.operands[0], .plain)
        let features = Placement(buffer: source.buffer, size(of: instruction.results[0]))
        try alias(instruction.results[0], features)
    }
}
