import BranchyCompute

/// What a convolution does besides, in place of the instructions that follow it.
struct Fusion {
    /// The value that is written in the end.
    private(set) var written: Program.Value
    /// For people: the operations that become one.
    private var operations: [Program.Operation]
    /// Whether the maximum of 2x2 windows is taken.
    var takesMaximum = false
    /// What is added before anything is cut.
    var other: Program.Value?
    /// What is applied in the end.
    private(set) var activation: Program.Operation.Activation?
    /// The first results of the instructions that need not run any more.
    private(set) var replaced: Set<Program.Value> = []

    init(_ instruction: Program.Instruction, _ activation: Program.Operation.Activation?) {
        written = instruction.results[0]
        operations = [instruction.operation]
        self.activation = activation
    }

    /// Takes an instruction in that alone reads what was written so far.
    mutating func take(
        _ instruction: Program.Instruction, _ activation: Program.Operation.Activation?
    ) {
        written = instruction.results[0]
        operations.append(instruction.operation)
        replaced.insert(written)
        self.activation = activation ?? self.activation
    }

    /// All of it, as listings print it.
    var description: String { operations.map(\.description).joined(separator: " + ") }
}

extension ProgramCompiler {
    /// What a convolution can do besides: the pooling of 2x2 windows that follows one of few
    /// channels; the sum and activation at the end of a residual block that follow one in blocks.
    func fusion(
        of convolution: Program.Operation.Convolution, at index: Int, in segment: Program.Segment
    ) -> Fusion {
        let instruction = segment.instructions[index]
        var fusion = Fusion(instruction, convolution.activation)
        let isBlocked = blocked.contains(fusion.written)
        guard let reader = onlyReader(of: fusion.written, in: segment) else { return fusion }
        switch reader.operation {
        case .maxPooling(let pooling)
        where !isBlocked && pooling.takesMaximaOfPairs && convolution.activation.isReLUOrNone:
            fusion.take(reader, pooling.activation)
            fusion.takesMaximum = true
        case .add where isBlocked && convolution.activation == nil:
            guard let other = reader.operands.first(where: { $0 != fusion.written }),
                isWritten(other)
            else { break }
            fusion.take(reader, nil)
            fusion.other = other
            if let last = onlyReader(of: fusion.written, in: segment),
                case .activation(let activation) = last.operation
            {
                fusion.take(last, activation)
            }
        case .convolution, .linear, .maxPooling, .averagePooling, .globalAveragePooling,
            .batchNormalization, .localResponseNormalization, .shortcut, .activation, .dropout,
            .add, .multiply, .concatenate, .selectChannels, .shuffleChannels, .flatten,
            .softmaxCrossEntropy, .distillation, .convert, .gradient:
            break
        }
        return fusion
    }

    /// The instruction of a segment that alone reads a value.
    private func onlyReader(
        of value: Program.Value, in segment: Program.Segment
    ) -> Program.Instruction? {
        guard useCounts[value.index] == 1 else { return nil }
        return segment.instructions.first { $0.operands.contains(value) }
    }
}

extension Program.Operation.Pooling {
    /// Whether it is what a convolution of few channels can do besides.
    fileprivate var takesMaximaOfPairs: Bool {
        kernelSize == 2 && stride == 2 && padding == 0 && !recordsSelection
            && activation.isReLUOrNone
    }
}

extension Program.Operation.Activation? {
    /// Whether kernels on planes have it.
    var isReLUOrNone: Bool { self == nil || self == .relu }
}
