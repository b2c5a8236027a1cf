import BranchyCompute
import CInferenceKernels

extension ProgramCompiler {
    /// A convolution, and what is fused with it.
    mutating func lower(
        _ convolution: Program.Operation.Convolution, _ instruction: Program.Instruction,
        _ fusion: Fusion
    ) throws(EngineError) {
        let weight = try tensor(1, of: instruction)
        let bias = try bias(2, of: instruction)
        var call = call(nil, source: instruction.operands[0], result: instruction.results[0])
        call.kernel_size = Int32(weight.shape[2])
        call.stride = Int32(clamping: convolution.stride)
        call.padding = Int32(clamping: convolution.padding)
        call.has_relu = fusion.hasReLU
        if fusion.takesMaximum {
            // A sum of which no window takes the maximum is not needed.
            let windows = size(of: fusion.written)
            call.rows = min(call.rows, 2 * Int32(windows.height))
            call.columns = min(call.columns, 2 * Int32(windows.width))
            call.takes_maximum = true
        }
        if Kernels.fillsBlocks(channels: weight.shape[0]) {
            try appendBlocks(call, instruction, weight, bias, fusion)
        } else {
            try appendParts(call, instruction, weight, bias, fusion)
        }
        try finish(fusion.written)
    }

    /// To blocks, from blocks or from planes as they are.
    private mutating func appendBlocks(
        _ call: inference_step, _ instruction: Program.Instruction, _ weight: Tensor,
        _ bias: [Float]?, _ fusion: Fusion
    ) throws(EngineError) {
        let source = try primary(of: instruction.operands[0])
        let other = try fusion.other.map { value throws(EngineError) in
            try placement(of: value, .blocks)
        }
        var call = call
        call.has_other = other != nil
        call.source_block = 1
        var scheme = ConvolutionScheme.blocks
        if source.layout == .blocks {
            call.source_block = Int32(Layout.block)
            call.channels = Int32(size(of: instruction.operands[0]).blocks * Layout.block)
            call.in_bfloat16 = kernels.precision == .bfloat16
            scheme = kernels.scheme(
                kernelSize: weight.shape[2], stride: Int(call.stride),
                result: size(of: instruction.results[0]))
        }
        let packed = pack(weight, scheme, &call)
        append(
            Step(
                call: call, source: source, other: other,
                result: try result(fusion.written, isBlocked: true), scratch: packed.memory,
                weights: packed.weights,
                biases: weights.append(
                    biases: bias, count: weight.shape[0], lanes: Layout.block),
                implementation: implementation(
                    fusion.description, scheme.name, inBFloat16: call.in_bfloat16)))
    }

    /// Completes a call to blocks by its kernel.
    ///
    /// - Returns: where its weights begin in the pack, and the memory it needs besides.
    private mutating func pack(
        _ weight: Tensor, _ scheme: ConvolutionScheme, _ call: inout inference_step
    ) -> (weights: Int, memory: Placement?) {
        guard case .tiles(let size) = scheme else {
            call.kernel = kernels.table.convolution_by_blocks
            call.group = kernels.table.blocks_group(call.result_channels)
            let position = weights.append(
                blocks: weight, group: Int(call.group), channels: Int(call.channels),
                inBFloat16: call.in_bfloat16)
            guard call.in_bfloat16 else { return (position, nil) }
            let count = kernels.table.blocks_scratch(call.channels, call.height, call.width)
            return (position, addScratch(count: count))
        }
        call.kernel = kernels.table.convolution_by_tiles
        call.tile_size = Int32(size)
        let count = kernels.table.tiles_scratch(call.kernel_size, call.tile_size, call.channels)
        let position = weights.append(
            tiles: weight, size: size, inBFloat16: call.in_bfloat16)
        return (position, addScratch(count: count))
    }

    /// From planes to planes, part by part.
    private mutating func appendParts(
        _ call: inference_step, _ instruction: Program.Instruction, _ weight: Tensor,
        _ bias: [Float]?, _ fusion: Fusion
    ) throws(EngineError) {
        let source = try placement(of: instruction.operands[0], .framed(Int(call.padding)))
        let result = try result(fusion.written)
        let parts = kernels.parts(
            columns: Int(call.columns), channels: weight.shape[0], stride: Int(call.stride))
        for (scheme, columns) in parts {
            let groups = kernels.groups(
                scheme, channels: weight.shape[0], columns: columns.count)
            var call = call
            (call.first_column, call.end_column) = (
                Int32(columns.lowerBound), Int32(columns.upperBound)
            )
            call.kernel =
                scheme == .columns
                ? kernels.table.convolution_by_columns : kernels.table.convolution_by_channels
            call.group = Int32(groups[0].count)
            append(
                Step(
                    call: call, source: source, result: result,
                    weights: weights.append(convolution: weight, groups: groups),
                    biases: weights.append(biases: bias, groups: groups),
                    implementation: implementation(fusion.description, scheme.name)))
        }
    }
}
