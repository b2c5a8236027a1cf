import BranchyCompute
import CInferenceKernels

/// Chooses layouts and kernels for a program, instruction by instruction.
///
/// Every value has one *primary* placement, written by the step that computes it. Where a step
/// wants another, a copy is made and kept for the rest of that segment only: the next one may run
/// without this one.
///
/// Values of 16 channels or more lie in blocks, others in planes. Planes that a padded convolution
/// reads stand in a frame of zeros, so that its kernel never asks where an image ends; frames are
/// zero from the start and nobody writes them.
struct ProgramCompiler {
    let program: Program
    let batchSize: Int
    let kernels: Kernels
    let useCounts: [Int]
    var segment = 0
    var weights = WeightPack()
    /// The image of each row of features that only fully connected layers read.
    var flattened: [Program.Value: Program.Value] = [:]

    private let parameters: ParameterStore
    private let parameterPorts: [Program.Value: Program.Port]
    private let frames: [Program.Value: Int]
    /// For each value that is read, whether only fully connected layers read it.
    let readsOnlyLinearly: [Program.Value: Bool]
    private var buffers: [Buffer] = []
    private var steps: [[Step]] = []
    private var stepCount = 0
    private var primaries: [Program.Value: Placement] = [:]
    private var copies: [Program.Value: [(segment: Int, placement: Placement)]] = [:]
    private var outputBuffers: [Program.Value: Int] = [:]

    init(_ program: Program, batchSize: Int, parameters: ParameterStore, kernels: Kernels) {
        self.program = program
        self.batchSize = batchSize
        self.parameters = parameters
        self.kernels = kernels
        parameterPorts = program.parameters.reduce(into: [:]) { $0[$1.value] = $1 }
        useCounts = program.useCounts
        frames = program.frames
        readsOnlyLinearly = program.readsOnlyLinearly
    }

    mutating func compile() throws(EngineError) -> Plan {
        for parameter in program.parameters {
            _ = try program.tensor(for: parameter, in: parameters)
        }
        let inputs = try program.inputs.map { port throws(EngineError) in
            let buffer = try pin(port.value)
            primaries[port.value] = Placement(buffer: buffer, size(of: port.value))
            return buffer
        }
        let outputs = try program.outputs.map { port throws(EngineError) in
            try outputBuffer(for: port)
        }
        for (index, segment) in program.segments.enumerated() {
            self.segment = index
            steps.append([])
            try lower(segment)
        }
        return Plan(
            program: program, batchSize: batchSize, segments: steps, buffers: buffers,
            inputs: inputs, outputs: outputs, weights: weights.floats)
    }

    private mutating func lower(_ segment: Program.Segment) throws(EngineError) {
        var replaced: Set<Program.Value> = []
        for (index, instruction) in segment.instructions.enumerated()
        where !replaced.contains(instruction.results[0]) {
            if program.type(of: instruction.results[0]).shape.elementCount == 0 {
                // Nothing to compute, and nothing that a kernel would have to divide by.
                for value in instruction.results { _ = try result(value) }
            } else if case .convolution(let convolution) = instruction.operation {
                let fusion = try fusion(of: convolution, at: index, in: segment)
                replaced.formUnion(fusion.replaced)
                try lower(convolution, instruction, fusion)
            } else {
                try lower(instruction)
            }
        }
    }

    private mutating func lower(_ instruction: Program.Instruction) throws(EngineError) {
        switch instruction.operation {
        case .linear(let linear): try lower(linear, instruction)
        case .maxPooling(let pooling) where !pooling.recordsSelection:
            try lower(pooling, instruction)
        case .averagePooling(let pooling): try lowerAverage(pooling, instruction)
        case .globalAveragePooling: try lowerGlobalAverage(instruction)
        case .batchNormalization(let normalization) where normalization.statistics == .given:
            try lower(normalization, instruction)
        case .localResponseNormalization(let normalization)
        where normalization.size <= 2 * Layout.block + 1:
            try lower(normalization, instruction)
        case .shortcut(let shortcut): try lower(shortcut, instruction)
        case .activation(let activation):
            try lowerElementwise(instruction, hasReLU: hasReLU(activation))
        case .add: try lowerElementwise(instruction, hasReLU: false)
        case .flatten: try lowerFlatten(instruction)
        case .convolution, .maxPooling, .batchNormalization, .localResponseNormalization,
            .dropout, .softmaxCrossEntropy, .convert, .gradient:
            throw .unsupported(instruction.operation, engine: "native")
        }
    }
}

// MARK: Values

extension ProgramCompiler {
    func size(of value: Program.Value) -> ImageSize { ImageSize(program.type(of: value).shape) }

    /// The tensor of a parameter.
    ///
    /// - Throws: `unsupported` where it is an input, as in training.
    func tensor(
        _ operand: Int, of instruction: Program.Instruction
    ) throws(EngineError) -> Tensor {
        guard let port = parameterPorts[instruction.operands[operand]] else {
            throw EngineError(
                .unsupported,
                "the native engine does not train: a parameter of \(instruction.operation) is no "
                    + "constant")
        }
        return try program.tensor(for: port, in: parameters)
    }

    /// The numbers of a bias, if there is one.
    func bias(
        _ operand: Int, of instruction: Program.Instruction
    ) throws(EngineError) -> [Float]? {
        instruction.operands.count > operand
            ? try tensor(operand, of: instruction).scalars : nil
    }

    func isOutput(_ value: Program.Value) -> Bool { outputBuffers[value] != nil }

    func isWritten(_ value: Program.Value) -> Bool { primaries[value] != nil }

    func primary(of value: Program.Value) throws(EngineError) -> Placement {
        guard let placement = primaries[value] else {
            throw EngineError(
                .invalidProgram,
                "segment '\(program.segments[segment].name)' reads a value before it is written")
        }
        return placement
    }

    /// A value in a layout that a kernel can read.
    mutating func placement(
        of value: Program.Value, _ wanted: Wanted
    ) throws(EngineError) -> Placement {
        let primary = try primary(of: value)
        if wanted.isMet(by: primary.layout) { return primary }
        let copy = copies[value]?.first {
            $0.segment == segment && wanted.isMet(by: $0.placement.layout)
        }
        if let copy { return copy.placement }
        let placement = try add(size(of: value), wanted.layout)
        appendCopy(of: value, from: primary, to: placement)
        copies[value, default: []].append((segment, placement))
        return placement
    }

    /// Memory for a result in planes, with the frame that its readers want, or in blocks.
    mutating func result(
        _ value: Program.Value, isBlocked: Bool = false
    ) throws(EngineError) -> Placement {
        let layout = isBlocked ? Layout.blocks : .planes(frame: frames[value] ?? 0)
        let placement =
            if layout == .plain, let output = outputBuffers[value] {
                Placement(buffer: output, size(of: value))
            } else {
                try add(size(of: value), layout)
            }
        primaries[value] = placement
        return placement
    }

    /// Gives a value the memory of another.
    mutating func alias(_ value: Program.Value, _ placement: Placement) throws(EngineError) {
        primaries[value] = placement
        try finish(value)
    }

    /// Writes the caller's copy of a result, once its primary placement is written.
    mutating func finish(_ value: Program.Value) throws(EngineError) {
        let primary = try primary(of: value)
        guard let output = outputBuffers[value], primary.buffer != output else { return }
        appendCopy(of: value, from: primary, to: Placement(buffer: output, size(of: value)))
    }

    private mutating func outputBuffer(for port: Program.Port) throws(EngineError) -> Int {
        guard parameterPorts[port.value] == nil else {
            throw EngineError(
                .unsupported, "output '\(port.name)' is a parameter of the program")
        }
        if let buffer = outputBuffers[port.value] { return buffer }
        let input = primaries[port.value]?.buffer
        let buffer = if let input { input } else { try pin(port.value) }
        outputBuffers[port.value] = buffer
        return buffer
    }
}

// MARK: Memory and steps

extension ProgramCompiler {
    private mutating func pin(_ value: Program.Value) throws(EngineError) -> Int {
        try add(size(of: value), .plain, isPinned: true).buffer
    }

    private mutating func add(
        _ size: ImageSize, _ layout: Layout, isPinned: Bool = false
    ) throws(EngineError) -> Placement {
        // Kernels count the floats of a sample in 32 bits.
        guard let sample = Placement.floatCount(size, layout), sample <= Int32.max,
            let count = Shape(exactly: [batchSize, sample])?.elementCount,
            count <= Workspace.physicalMemory / 4
        else {
            throw EngineError(
                .outOfMemory,
                "\(batchSize) images of \(size.channels)x\(size.height)x\(size.width) as \(layout) "
                    + "do not fit the machine's memory")
        }
        let placement = Placement(buffer: buffers.count, size, layout)
        buffers.append(
            Buffer(
                count: count + Int(inference_slack), isPinned: isPinned || layout.keepsItsPlace))
        return placement
    }

    /// Memory for one step, whatever the batch.
    mutating func addScratch(count: some BinaryInteger) -> Placement {
        let count = Int(count)
        buffers.append(Buffer(count: count, isPinned: false))
        return Placement(buffer: buffers.count - 1, ImageSize([count]))
    }

    /// A call with the sizes of one value in and one out.
    func call(
        _ kernel: inference_kernel?, source: Program.Value, result: Program.Value
    ) -> inference_step {
        let (from, to) = (size(of: source), size(of: result))
        var call = inference_step()
        call.kernel = kernel
        call.samples = Int32(batchSize)
        (call.channels, call.height, call.width) = (
            Int32(from.channels), Int32(from.height), Int32(from.width)
        )
        (call.result_channels, call.rows, call.columns) = (
            Int32(to.channels), Int32(to.height), Int32(to.width)
        )
        return call
    }

    mutating func append(_ step: Step) {
        for placement in step.placements {
            let first = buffers[placement.buffer].lifetime?.lowerBound ?? stepCount
            buffers[placement.buffer].lifetime = first...stepCount
        }
        steps[segment].append(step)
        stepCount += 1
    }

    func implementation(
        _ operation: String, _ name: String, inBFloat16: Bool = false
    ) -> Implementation {
        let precision = inBFloat16 ? " in bfloat16" : ""
        return Implementation(
            segment: segment, operation: operation,
            name: "\(kernels.variant.rawValue) \(name)\(precision)")
    }

    private mutating func appendCopy(
        of value: Program.Value, from source: Placement, to result: Placement
    ) {
        let (kernel, name) =
            switch (source.layout, result.layout) {
            case (.blocks, _): (kernels.table.blocks_to_planes, "blocks to planes")
            case (_, .blocks): (kernels.table.planes_to_blocks, "planes to blocks")
            case (.planes, .planes): (kernels.table.elementwise, "rows")
            }
        append(
            Step(
                call: call(kernel, source: value, result: value), source: source, result: result,
                implementation: implementation("copy", name)))
    }
}

extension Layout {
    /// Whether a buffer in this layout may not share its bytes: frames are zeroed only once.
    fileprivate var keepsItsPlace: Bool {
        if case .planes(let frame) = self { frame > 0 } else { false }
    }
}

extension Program {
    /// For each value, the widest padding with which a convolution of few channels reads it.
    fileprivate var frames: [Value: Int] {
        var frames: [Value: Int] = [:]
        for instruction in segments.flatMap(\.instructions) {
            guard case .convolution(let convolution) = instruction.operation,
                !Kernels.fillsBlocks(channels: type(of: instruction.results[0]).shape[0])
            else { continue }
            let source = instruction.operands[0]
            frames[source] = max(frames[source] ?? 0, convolution.padding)
        }
        return frames
    }
}
