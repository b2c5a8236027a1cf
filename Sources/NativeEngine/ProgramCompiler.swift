import CInferenceKernels
import Compute

/// Chooses layouts and kernels for a program, instruction by instruction.
///
/// Every value has one *primary* placement, written by the step that computes it. Images that a
/// padded convolution reads stand in a frame of zeros, so that no kernel asks where an image ends;
/// frames are zero from the start and nobody writes them. Where a step wants another placement, a
/// copy is made and kept for the rest of that segment only: the next one may run without this one.
struct ProgramCompiler {
    let program: Program
    let batchSize: Int
    let kernels: Kernels
    var segment = 0
    var weights = WeightPack()

    private let parameters: ParameterStore
    private let parameterNames: [Program.Value: Program.Port]
    private let useCounts: [Int]
    private let frames: [Program.Value: Int]
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
        parameterNames = program.parameters.reduce(into: [:]) { $0[$1.value] = $1 }
        useCounts = program.useCounts
        frames = program.frames
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
        var fused: Set<Program.Value> = []
        for (index, instruction) in segment.instructions.enumerated() {
            if let operand = instruction.operands.first, fused.contains(operand) { continue }
            if program.type(of: instruction.results[0]).shape.elementCount == 0 {
                // Nothing to compute, and nothing that a kernel would have to divide by.
                for value in instruction.results { _ = try result(value) }
            } else if case .convolution(let convolution) = instruction.operation {
                let pooling = poolingToFuse(after: index, in: segment)
                if pooling != nil { fused.insert(instruction.results[0]) }
                try lower(convolution, instruction, pooling: pooling)
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
        case .relu: try lowerElementwise(instruction, hasReLU: true)
        case .add: try lowerElementwise(instruction, hasReLU: false)
        case .flatten: try lowerFlatten(instruction)
        case .convolution, .maxPooling, .averagePooling, .globalAveragePooling,
            .batchNormalization, .localResponseNormalization, .shortcut, .dropout,
            .softmaxCrossEntropy, .gradient:
            throw .unsupported(instruction.operation, engine: "native")
        }
    }

    /// The pooling of 2x2 windows that alone reads a convolution's result, in the same segment.
    private func poolingToFuse(
        after index: Int, in segment: Program.Segment
    ) -> Program.Instruction? {
        let result = segment.instructions[index].results[0]
        guard useCounts[result.index] == 1,
            let reader = segment.instructions[index...].first(where: { $0.operands == [result] }),
            case .maxPooling(let pooling) = reader.operation,
            pooling.kernelSize == 2, pooling.stride == 2, !pooling.recordsSelection
        else { return nil }
        return reader
    }
}

// MARK: Values

extension ProgramCompiler {
    func size(of value: Program.Value) -> ImageSize { ImageSize(program.type(of: value).shape) }

    /// The tensor of a parameter.
    ///
    /// - Throws: `unsupported` where it is an input, as in training.
    func tensor(
        of value: Program.Value, for operation: Operation
    ) throws(EngineError) -> Tensor {
        guard let port = parameterNames[value] else {
            throw EngineError(
                .unsupported,
                "the native engine does not train: a parameter of \(operation) is no constant")
        }
        return try program.tensor(for: port, in: parameters)
    }

    func primary(of value: Program.Value) throws(EngineError) -> Placement {
        guard let placement = primaries[value] else {
            throw EngineError(
                .invalidProgram,
                "segment '\(program.segments[segment].name)' reads a value before it is written")
        }
        return placement
    }

    /// A value whose planes stand in a frame of at least some width, or in none.
    mutating func placement(
        of value: Program.Value, frame: Int, isExact: Bool = false
    ) throws(EngineError) -> Placement {
        let fits = { (placement: Placement) in
            isExact ? placement.frame == frame : placement.frame >= frame
        }
        let primary = try primary(of: value)
        if fits(primary) { return primary }
        if let copy = copies[value]?.first(where: { $0.segment == segment && fits($0.placement) }) {
            return copy.placement
        }
        let copy = try add(size(of: value), frame: frame)
        appendCopy(of: value, from: primary, to: copy)
        copies[value, default: []].append((segment, copy))
        return copy
    }

    /// Memory for a result: the output's own where that is what the caller reads.
    mutating func result(_ value: Program.Value) throws(EngineError) -> Placement {
        let frame = frames[value] ?? 0
        let placement =
            if frame == 0, let output = outputBuffers[value] {
                Placement(buffer: output, size(of: value))
            } else {
                try add(size(of: value), frame: frame)
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
        guard parameterNames[port.value] == nil else {
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
        try add(size(of: value), frame: 0, isPinned: true).buffer
    }

    private mutating func add(
        _ size: ImageSize, frame: Int, isPinned: Bool = false
    ) throws(EngineError) -> Placement {
        // Kernels count the floats of a sample in 32 bits.
        let framed = [size.channels, size.height + 2 * frame, size.width + 2 * frame]
        guard let sample = Shape(exactly: framed)?.elementCount, sample <= Int32.max,
            let count = Shape(exactly: [batchSize, sample])?.elementCount,
            count <= Workspace.physicalMemory / 4
        else {
            throw EngineError(
                .outOfMemory,
                "\(batchSize) images of \(size.channels)x\(size.height)x\(size.width) in frames of "
                    + "\(frame) do not fit the machine's memory")
        }
        let placement = Placement(buffer: buffers.count, size, frame: frame)
        buffers.append(
            Buffer(count: count + Int(inference_slack), isPinned: isPinned || frame > 0))
        return placement
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

    func implementation(_ operation: String, _ name: String) -> Implementation {
        Implementation(
            segment: segment, operation: operation, name: "\(kernels.variant.rawValue) \(name)")
    }

    private mutating func appendCopy(
        of value: Program.Value, from source: Placement, to result: Placement
    ) {
        append(
            Step(
                call: call(kernels.table.elementwise, source: value, result: value),
                source: source, result: result, implementation: implementation("copy", "rows")))
    }
}

extension Program {
    /// For each value, the widest padding with which a convolution reads it.
    fileprivate var frames: [Value: Int] {
        var frames: [Value: Int] = [:]
        for instruction in segments.flatMap(\.instructions) {
            guard case .convolution(let convolution) = instruction.operation else { continue }
            let source = instruction.operands[0]
            frames[source] = max(frames[source] ?? 0, convolution.padding)
        }
        return frames
    }
}
