import BranchyCompute
import CInferenceKernels

/// What deep networks need besides; all of it on blocks.
extension ProgramCompiler {
    mutating func lowerAveragePooling(
        _ pooling: Program.Operation.Pooling, _ instruction: Program.Instruction
    ) throws(EngineError) {
        var call = call(
            kernels.table.average_pooling_of_blocks, source: instruction.operands[0],
            result: instruction.results[0])
        call.setWindow(pooling)
        try appendOfBlocks(call, instruction, "windows of blocks", division: .blocks)
    }

    mutating func lowerGlobalAveragePooling(
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let written = instruction.results[0]
        var call = call(
            kernels.table.global_average_of_blocks, source: instruction.operands[0],
            result: written)
        let channels = size(of: instruction.operands[0]).channels
        call.geometry.result_channels = Int32(
            blocked.contains(written)
                ? channels.roundedUp(toMultipleOf: Layout.block) : channels)
        try appendOfBlocks(call, instruction, "sums of blocks")
    }

    /// With statistics that are given, a scale and a shift per channel.
    mutating func lowerBatchNormalization(
        _ normalization: Program.Operation.BatchNormalization, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let weight = try tensor(1, of: instruction).scalars
        let bias = try tensor(2, of: instruction).scalars
        let mean = try tensor(3, of: instruction).scalars
        let variance = try tensor(4, of: instruction).scalars
        var (scales, shifts): ([Float], [Float]) = ([], [])
        for channel in weight.indices {
            let deviation = (Double(variance[channel]) + Double(normalization.epsilon)).squareRoot()
            let scale = Double(weight[channel]) / deviation
            scales.append(Float(scale))
            shifts.append(Float(Double(bias[channel]) - scale * Double(mean[channel])))
        }
        var call = call(
            kernels.table.scaling_of_blocks, source: instruction.operands[0],
            result: instruction.results[0])
        call.epilogue.apply(normalization.activation)
        try appendOfBlocks(
            call, instruction, "scaling of blocks",
            weights: weights.append(biases: scales, count: scales.count, lanes: Layout.block),
            biases: weights.append(biases: shifts, count: shifts.count, lanes: Layout.block),
            division: .pixels)
    }

    mutating func lowerLocalResponseNormalization(
        _ normalization: Program.Operation.LocalResponseNormalization,
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        var call = call(
            kernels.table.local_response_of_blocks, source: instruction.operands[0],
            result: instruction.results[0])
        call.response = inference_local_response(
            size: Int32(normalization.size), alpha: normalization.alpha,
            beta: normalization.beta, k: normalization.k)
        try appendOfBlocks(call, instruction, "neighbours in blocks")
    }

    mutating func lowerShortcut(
        _ shortcut: Program.Operation.Shortcut, _ instruction: Program.Instruction
    ) throws(EngineError) {
        var call = call(
            kernels.table.shortcut_of_blocks, source: instruction.operands[0],
            result: instruction.results[0])
        let stride = Int32(clamping: shortcut.stride)
        call.geometry.window.stride = inference_extent(rows: stride, columns: stride)
        call.shortcut = inference_shortcut(first_channel: Int32(shortcut.channelsBefore))
        try appendOfBlocks(call, instruction, "copies of blocks")
    }

    mutating func appendOfBlocks(
        _ call: inference_step, _ instruction: Program.Instruction, _ name: String,
        weights: Int? = nil, biases: Int? = nil, division: Division = .none
    ) throws(EngineError) {
        append(
            Step(
                call: call, source: try placement(of: instruction.operands[0], .blocks),
                result: try result(instruction.results[0]),
                weights: weights, biases: biases,
                implementation: implementation(instruction.operation.description, name),
                division: division))
        try finish(instruction.results[0])
    }
}
