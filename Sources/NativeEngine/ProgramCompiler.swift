import BranchyCompute
import CInferenceKernels

/// Chooses layouts and kernels for a program, instruction by instruction.
///
/// Every value has one *primary* placement, written by the step that computes it. Where a step
/// wants another, a copy is made and kept for the rest of that segment only: the next one may run
/// without this one.
///
/// Values of 16 channels or more lie in blocks, and so does what comes out of them; others are planes.
/// Planes that a padded convolution reads stand in a frame of zeros, so that its kernel never asks
/// where an image ends; frames are zero from the start and nobody writes them.
struct ProgramCompiler {
    let program: Program
    let batchSize: Int
    let kernels: Kernels
    /// How many threads share a step at most.
    let threads: Int
    let leastSharedWork: Int64
    let useCounts: [Int]
    var segment = 0
    var weights = WeightPack()
    /// The image of each row of features that only fully connected layers read.
    var flattened: [Program.Value: Program.Value] = [:]

    let parameters: ParameterStore
    let parameterPorts: [Program.Value: Program.Port]
    /// The values in blocks.
    let blocked: Set<Program.Value>
    /// Where a concatenation wants the values that it reads.
    let joinPlaces: [Program.Value: JoinPlace]
    let frames: [Program.Value: Int]
    /// For each value that is read, whether only fully connected layers read it.
    let readsOnlyLinearly: [Program.Value: Bool]
    var buffers: [Buffer] = []
    var steps: [[Step]] = []
    var stepCount = 0
    var primaries: [Program.Value: Placement] = [:]
    /// Places that were found for results, written by now or not.
    var reserved: [Program.Value: Placement] = [:]
    /// The segment that wrote a value to memory of its own.
    var writers: [Program.Value: Int] = [:]
    var copies: [Program.Value: [(segment: Int, placement: Placement)]] = [:]
    var outputBuffers: [Program.Value: Int] = [:]

    init(
        _ program: Program, batchSize: Int, parameters: consuming ParameterStore, kernels: Kernels,
        threads: Int, leastSharedWork: Int64
    ) {
        self.program = program
        self.batchSize = batchSize
        self.parameters = parameters
        self.kernels = kernels
        (self.threads, self.leastSharedWork) = (threads, leastSharedWork)
        parameterPorts = program.parameters.reduce(into: [:]) { $0[$1.value] = $1 }
        useCounts = program.useCounts
        blocked = program.blockedValues
        joinPlaces = program.joinPlaces(blocked: blocked)
        frames = program.frames(blocked: blocked)
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
            try lowerSegment(segment)
        }
        return Plan(
            program: program, batchSize: batchSize, segments: steps, threads: threads,
            buffers: buffers, inputs: inputs, outputs: outputs, weights: weights)
    }

    private mutating func lowerSegment(_ segment: Program.Segment) throws(EngineError) {
        var replaced: Set<Program.Value> = []
        for (index, instruction) in segment.instructions.enumerated()
        where !replaced.contains(instruction.results[0]) {
            let before = (steps: steps[self.segment].count, weights: weights.count)
            let fusion = try lower(instruction, at: index, in: segment)
            replaced.formUnion(fusion?.replaced ?? [])
            note(instruction, fusion, since: before)
        }
    }

    /// - Returns: what its kernel does besides.
    private mutating func lower(
        _ instruction: Program.Instruction, at index: Int, in segment: Program.Segment
    ) throws(EngineError) -> Fusion? {
        if program.type(of: instruction.results[0]).shape.elementCount == 0 {
            // Nothing to compute, and nothing that a kernel would have to divide by.
            for value in instruction.results { _ = try result(value) }
        } else if case .convolution(let convolution) = instruction.operation {
            let fusion = fusion(of: convolution, at: index, in: segment)
            try lowerConvolution(convolution, instruction, fusion)
            return fusion
        } else {
            try lower(instruction)
        }
        return nil
    }

    private mutating func lower(_ instruction: Program.Instruction) throws(EngineError) {
        switch instruction.operation {
        case .linear(let linear): try lowerLinear(linear, instruction)
        case .maxPooling(let pooling) where !pooling.recordsSelection:
            try lowerMaxPooling(pooling, instruction)
        case .averagePooling(let pooling): try lowerAveragePooling(pooling, instruction)
        case .globalAveragePooling: try lowerGlobalAveragePooling(instruction)
        case .batchNormalization(let normalization) where normalization.statistics == .given:
            try lowerBatchNormalization(normalization, instruction)
        case .localResponseNormalization(let normalization)
        where normalization.size <= 2 * Layout.block + 1:
            try lowerLocalResponseNormalization(normalization, instruction)
        case .shortcut(let shortcut): try lowerShortcut(shortcut, instruction)
        case .activation(let activation): try lowerActivation(activation, instruction)
        case .add: try lowerPair(kernels.table.elementwise, instruction)
        case .multiply: try lowerMultiply(instruction)
        case .concatenate: try lowerConcatenate(instruction)
        case .selectChannels(let range): try lowerSelection(range, instruction)
        case .shuffleChannels(let groups): try lowerShuffle(groups, instruction)
        case .flatten: try lowerFlatten(instruction)
        case .convolution, .maxPooling, .batchNormalization, .localResponseNormalization, .dropout,
            .softmaxCrossEntropy, .distillation, .convert, .gradient:
            throw .unsupported(instruction.operation, engine: "native")
        }
    }
}

extension Program {
    /// For each value, the widest padding with which a convolution on planes reads it.
    fileprivate func frames(blocked: Set<Value>) -> [Value: Int] {
        var frames: [Value: Int] = [:]
        for instruction in segments.flatMap(\.instructions) {
            guard case .convolution(let convolution) = instruction.operation,
                !blocked.contains(instruction.results[0])
            else { continue }
            let source = instruction.operands[0]
            frames[source] = max(frames[source] ?? 0, convolution.padding.top)
        }
        return frames
    }
}
