import BranchyCompute
import CInferenceKernels

/// What puts channels together, takes some of them, or deals them anew.
extension ProgramCompiler {
    /// Values that were written where they belong are left alone; others are copied there.
    mutating func lowerConcatenate(_ instruction: Program.Instruction) throws(EngineError) {
        let written = instruction.results[0]
        let result = try result(written)
        let isBlocked = blocked.contains(written)
        var channel = 0
        for operand in instruction.operands {
            let place = JoinPlace(joined: written, firstChannel: channel)
            if joinPlaces[operand] != place || primaries[operand] != result.fromChannel(channel) {
                let source = try placement(of: operand, isBlocked ? .blocks : .planes)
                appendJoin(operand, from: source, to: result, channel, written)
            }
            channel += size(of: operand).channels
        }
        try finish(written)
    }

    private mutating func appendJoin(
        _ operand: Program.Value, from source: Placement, to result: Placement, _ channel: Int,
        _ joined: Program.Value
    ) {
        let isBlocked = result.layout == .blocks
        let table = kernels.table
        var call = call(
            isBlocked ? table.copy_to_channels : table.elementwise, source: operand,
            result: joined)
        if isBlocked { call.shortcut = inference_shortcut(first_channel: Int32(channel)) }
        append(
            Step(
                call: call, source: source,
                result: isBlocked ? result : result.fromChannel(channel),
                implementation: implementation(
                    Program.Operation.concatenate.description,
                    isBlocked ? "copies of blocks" : "copies of planes")))
    }

    /// Channels that begin where a block does are read where they are.
    mutating func lowerSelection(
        _ range: Range<Int>, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (operand, written) = (instruction.operands[0], instruction.results[0])
        let source = try primary(of: operand)
        if source.layout != .blocks || range.lowerBound.isMultiple(of: Layout.block) {
            return try alias(written, source.fromChannel(range.lowerBound))
        }
        var call = call(kernels.table.shortcut_of_blocks, source: operand, result: written)
        call.geometry.window.stride = inference_extent(rows: 1, columns: 1)
        call.shortcut = inference_shortcut(first_channel: Int32(-range.lowerBound))
        append(
            Step(
                call: call, source: source, result: try result(written),
                implementation: implementation(
                    instruction.operation.description, "copies of blocks")))
        try finish(written)
    }

    mutating func lowerShuffle(
        _ groups: Int, _ instruction: Program.Instruction
    ) throws(EngineError) {
        var call = call(
            kernels.table.shuffle_of_blocks, source: instruction.operands[0],
            result: instruction.results[0])
        call.shuffle = inference_shuffle(groups: Int32(groups))
        try appendOfBlocks(call, instruction, "copies of blocks")
    }
}
