import BranchyCompute
import CInferenceKernels

/// A convolution: the numbers that are packed, and what is fused with it.
private struct ConvolutionLayer {
    let instruction: Program.Instruction
    let weight: Tensor
    let bias: [Float]?
    let fusion: Fusion
}

extension ProgramCompiler {
    /// A convolution, and what is fused with it.
    mutating func lowerConvolution(
        _ convolution: Program.Operation.Convolution, _ instruction: Program.Instruction,
        _ fusion: Fusion
    ) throws(EngineError) {
        guard convolution.isSimple, program.type(of: instruction.operands[1]).shape.hasSquareKernel
        else { throw .unsupported(instruction.operation, engine: "native") }
        let layer = ConvolutionLayer(
            instruction: instruction, weight: try tensor(1, of: instruction),
            bias: try bias(2, of: instruction), fusion: fusion)
        var call = call(nil, source: instruction.operands[0], result: instruction.results[0])
        call.geometry.kernel_size = Int32(layer.weight.shape[2])
        call.geometry.stride = Int32(clamping: convolution.stride.height)
        call.geometry.padding = Int32(clamping: convolution.padding.top)
        call.epilogue.has_relu = fusion.hasReLU
        if fusion.takesMaximum {
            // A sum of which no window takes the maximum is not needed.
            let windows = size(of: fusion.written)
            call.geometry.rows = min(call.geometry.rows, 2 * Int32(windows.height))
            call.geometry.columns = min(call.geometry.columns, 2 * Int32(windows.width))
            call.epilogue.takes_maximum = true
        }
        if Kernels.fillsBlocks(channels: layer.weight.shape[0]) {
            try appendBlocks(call, layer)
        } else {
            try appendParts(call, layer)
        }
        try finish(fusion.written)
    }

    /// To blocks, from blocks or from planes as they are.
    private mutating func appendBlocks(
        _ call: inference_step, _ layer: ConvolutionLayer
    ) throws(EngineError) {
        let (value, weight) = (layer.instruction.operands[0], layer.weight)
        let source = try primary(of: value)
        let other = try layer.fusion.other.map { value throws(EngineError) in
            try placement(of: value, .blocks)
        }
        var call = call
        call.epilogue.has_other = other != nil
        let isBlocked = source.layout == .blocks
        let inBFloat16 = isBlocked && kernels.precision == .bfloat16
        var scheme = ConvolutionScheme.blocks
        if isBlocked {
            call.geometry.channels = Int32(size(of: value).blocks * Layout.block)
            scheme = kernels.scheme(
                kernelSize: weight.shape[2], stride: Int(call.geometry.stride),
                result: size(of: layer.instruction.results[0]))
        }
        let packed =
            if case .tiles(let size) = scheme {
                packTiles(weight, size, inBFloat16: inBFloat16, &call)
            } else {
                packBlocks(weight, isBlocked: isBlocked, inBFloat16: inBFloat16, &call)
            }
        append(
            Step(
                call: call, source: source, other: other,
                result: try result(layer.fusion.written, isBlocked: true),
                scratch: packed.scratch, weights: packed.weights,
                biases: weights.append(
                    biases: layer.bias, count: weight.shape[0], lanes: Layout.block),
                implementation: implementation(
                    layer.fusion.description, scheme.name, inBFloat16: inBFloat16)))
    }

    /// Completes a call by the kernel that goes from tap to tap.
    ///
    /// - Returns: where its weights begin in the pack, and the memory it needs besides.
    private mutating func packBlocks(
        _ weight: Tensor, isBlocked: Bool, inBFloat16: Bool, _ call: inout inference_step
    ) -> (weights: Int, scratch: Placement?) {
        let (geometry, table) = (call.geometry, kernels.table)
        call.kernel = table.convolution_by_blocks
        call.blocks = inference_blocks_convolution(
            group: table.blocks_group(geometry.result_channels),
            source_block: isBlocked ? Int32(Layout.block) : 1, in_bfloat16: inBFloat16)
        let position = weights.append(
            blocks: weight, group: Int(call.blocks.group), channels: Int(geometry.channels),
            inBFloat16: inBFloat16)
        guard inBFloat16 else { return (position, nil) }
        let count = table.blocks_scratch(geometry.channels, geometry.height, geometry.width)
        return (position, addScratch(count: count))
    }

    /// The same by the kernel that computes tiles of so many results along a side.
    private mutating func packTiles(
        _ weight: Tensor, _ size: Int, inBFloat16: Bool, _ call: inout inference_step
    ) -> (weights: Int, scratch: Placement?) {
        let geometry = call.geometry
        call.kernel = kernels.table.convolution_by_tiles
        call.tiles = inference_tiles_convolution(size: Int32(size), in_bfloat16: inBFloat16)
        let count = kernels.table.tiles_scratch(
            geometry.kernel_size, call.tiles.size, geometry.channels)
        let position = weights.append(tiles: weight, size: size, inBFloat16: inBFloat16)
        return (position, addScratch(count: count))
    }

    /// From planes to planes, part by part.
    private mutating func appendParts(
        _ call: inference_step, _ layer: ConvolutionLayer
    ) throws(EngineError) {
        let (geometry, weight) = (call.geometry, layer.weight)
        let source = try placement(
            of: layer.instruction.operands[0], .framed(Int(geometry.padding)))
        let result = try result(layer.fusion.written)
        let parts = kernels.parts(
            columns: Int(geometry.columns), channels: weight.shape[0],
            stride: Int(geometry.stride))
        for (scheme, columns) in parts {
            let groups = kernels.groups(
                scheme, channels: weight.shape[0], columns: columns.count)
            var call = call
            call.kernel =
                scheme == .columns
                ? kernels.table.convolution_by_columns : kernels.table.convolution_by_channels
            call.planes = inference_planes_convolution(
                group: Int32(groups[0].count), first_column: Int32(columns.lowerBound),
                end_column: Int32(columns.upperBound))
            append(
                Step(
                    call: call, source: source, result: result,
                    weights: weights.append(convolution: weight, groups: groups),
                    biases: weights.append(biases: layer.bias, groups: groups),
                    implementation: implementation(layer.fusion.description, scheme.name)))
        }
    }
}

extension Program.Operation.Convolution {
    /// Whether it is the same in both directions and knows no groups.
    fileprivate var isSimple: Bool {
        stride.isSquare && padding.isUniform && dilation == 1 && groups == 1
    }
}

extension Shape {
    fileprivate var hasSquareKernel: Bool { self[2] == self[3] }
}
