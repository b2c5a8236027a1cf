import BranchyCompute
import CInferenceKernels

/// Weights and scratch memory of a kernel.
private typealias Packed = (weights: Int, scratch: Placement?)

extension ProgramCompiler {
    /// A convolution, and what is fused with it.
    mutating func lowerConvolution(
        _ convolution: Program.Operation.Convolution, _ instruction: Program.Instruction,
        _ fusion: Fusion
    ) throws(EngineError) {
        let layer = ConvolutionLayer(
            convolution: convolution, source: instruction.operands[0],
            weight: try tensor(1, of: instruction), bias: try bias(2, of: instruction),
            fusion: fusion)
        var call = call(nil, source: instruction.operands[0], result: instruction.results[0])
        try call.setWindow(
            convolution,
            kernelSize: Extent2D(height: layer.weight.shape[2], width: layer.weight.shape[3]))
        call.epilogue.apply(fusion.activation)
        if blocked.contains(instruction.results[0]) {
            try appendBlocks(call, layer)
        } else {
            try appendPlanes(call, layer)
        }
        try finish(fusion.written)
    }

    /// To blocks, from blocks or from planes as they are.
    private mutating func appendBlocks(
        _ call: inference_step, _ layer: ConvolutionLayer
    ) throws(EngineError) {
        let isGrouped = layer.convolution.groups > 1
        let source =
            isGrouped
            ? try placement(of: layer.source, .blocks) : try primary(of: layer.source)
        let other = try layer.fusion.other.map { value throws(EngineError) in
            try placement(of: value, .blocks)
        }
        let result = try result(layer.fusion.written)
        var call = call
        call.epilogue.has_other = other != nil
        if layer.isProduct, source.layout == .blocks { call.takeImageForRow() }
        let places = (source: source, other: other, result: result)
        if layer.isDepthwise {
            appendDepthwise(call, layer, places)
        } else {
            for portion in layer.portions {
                append(portion, of: layer, call, places)
            }
        }
    }

    private mutating func appendDepthwise(
        _ call: inference_step, _ layer: ConvolutionLayer,
        _ places: (source: Placement, other: Placement?, result: Placement)
    ) {
        var call = call
        call.kernel = kernels.table.depthwise
        let groups = layer.convolution.groups
        append(
            Step(
                call: call, source: places.source, other: places.other, result: places.result,
                weights: weights.append(
                    depthwise: FilterBank(layer.weight, groups: 0..<groups, of: groups)),
                biases: weights.append(biases: layer.bias, count: groups, lanes: Layout.block),
                implementation: implementation(layer.fusion.description, "channels in blocks"),
                division: .windows(work: layer.tapCount)))
    }

    /// Appends the step that computes a portion of the channels.
    private mutating func append(
        _ portion: Portion, of layer: ConvolutionLayer, _ call: inference_step,
        _ places: (source: Placement, other: Placement?, result: Placement)
    ) {
        let groups = layer.convolution.groups
        let banks = portion.parts.map { FilterBank(layer.weight, groups: $0, of: groups) }
        let isBlocked = places.source.layout == .blocks
        var call = call
        let channels = banks[0].channelCount
        call.geometry.channels = Int32(
            isBlocked ? channels.roundedUp(toMultipleOf: Layout.block) : channels)
        call.geometry.result_channels = Int32(banks[0].filterCount)
        let scheme =
            isBlocked
            ? kernels.scheme(call.geometry, result: layer.convolution)
            : kernels.scheme(fromPlanes: call.geometry)
        let inBFloat16 =
            isBlocked && kernels.precision == .bfloat16 && scheme != .tiles(4)
        let packed: Packed =
            switch scheme {
            case .tiles(let size): packTiles(banks, size, inBFloat16: inBFloat16, &call)
            case .lines: packLines(banks[0], &call)
            default: packBlocks(banks, isBlocked: isBlocked, inBFloat16: inBFloat16, &call)
            }
        let first = portion.parts[0].lowerBound
        let sourceBlocks = first * banks[0].groupChannels / Layout.block
        let firstFilter = first * banks[0].groupFilters
        let endFilter = firstFilter + banks.count * banks[0].filterCount
        let filters = firstFilter..<endFilter
        append(
            Step(
                call: call, source: places.source.fromBlock(sourceBlocks),
                other: places.other?.fromBlock(firstFilter / Layout.block),
                result: places.result.fromBlock(firstFilter / Layout.block),
                scratch: packed.scratch, weights: packed.weights,
                biases: weights.append(
                    biases: layer.biases(of: filters), count: filters.count, lanes: Layout.block),
                implementation: implementation(
                    layer.fusion.description, scheme.name, inBFloat16: inBFloat16),
                division: division(of: scheme, call.geometry)))
    }

    private func division(
        of scheme: ConvolutionScheme, _ geometry: inference_geometry
    ) -> Division {
        let window = geometry.window.size
        return switch scheme {
        case .tiles: .tileConvolution
        case .lines: .windows(work: Int(geometry.channels * window.rows * window.columns))
        case .blocks, .columns, .channels: .blockConvolution
        }
    }

    /// Completes a call by the kernel that goes from tap to tap.
    private mutating func packBlocks(
        _ banks: [FilterBank], isBlocked: Bool, inBFloat16: Bool, _ call: inout inference_step
    ) -> Packed {
        let (geometry, table) = (call.geometry, kernels.table)
        let group = table.blocks_group(geometry.result_channels)
        let positions = banks.map {
            weights.append(
                blocks: $0, group: Int(group), channels: Int(geometry.channels),
                inBFloat16: inBFloat16)
        }
        call.kernel = table.convolution_by_blocks
        call.blocks = inference_blocks_convolution(
            parts: inference_parts(positions), group: group,
            source_block: isBlocked ? Int32(Layout.block) : 1, in_bfloat16: inBFloat16)
        guard inBFloat16 else { return (positions[0], nil) }
        let count = table.blocks_scratch(geometry.channels, geometry.height, geometry.width)
        return (positions[0], addScratch(count: count))
    }

    /// The same by the kernel that computes tiles of so many results along a side.
    private mutating func packTiles(
        _ banks: [FilterBank], _ size: Int, inBFloat16: Bool, _ call: inout inference_step
    ) -> Packed {
        let (geometry, table) = (call.geometry, kernels.table)
        guard let transform = table.transform_kernels else { preconditionFailure("no transform") }
        let positions = banks.map {
            weights.append(tiles: $0, size: size, inBFloat16: inBFloat16, transform: transform)
        }
        call.kernel = table.convolution_by_tiles
        let down = (Int(geometry.rows) + size - 1) / size
        let across = (Int(geometry.columns) + size - 1) / size
        call.tiles = inference_tiles_convolution(
            parts: inference_parts(positions), size: Int32(size), first: 0,
            end: Int32(down * across), in_bfloat16: inBFloat16)
        let count = table.tiles_scratch(
            geometry.window.size.rows, call.tiles.size, geometry.channels)
        return (positions[0], addScratch(count: count))
    }

    /// The same by the kernel that goes along lines of planes.
    private mutating func packLines(_ bank: FilterBank, _ call: inout inference_step) -> Packed {
        let (geometry, table) = (call.geometry, kernels.table)
        call.kernel = table.convolution_by_lines
        let count = table.lines_scratch(
            geometry.window.size.rows, geometry.channels, geometry.columns)
        return (weights.append(lines: bank), addScratch(count: count))
    }
}

extension inference_parts {
    /// Of the places of their weights, which are equally far apart.
    fileprivate init(_ positions: [Int]) {
        self.init(
            count: Int32(positions.count),
            weights: positions.count > 1 ? Int64(positions[1] - positions[0]) : 0)
    }
}
