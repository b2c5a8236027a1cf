import BranchyCompute

/// What a convolution does besides, in place of the instructions that follow it.
struct Fusion {
    /// The value that is written in the end.
    var written: Program.Value
    /// For people: the operations that become one.
    var operations: [Program.Operation]
    /// Whether the maximum of 2x2 windows is taken.
    var takesMaximum = false
    /// What is added before anything is cut.
    var other: Program.Value?
    var hasReLU: Bool
    /// The first results of the instructions that need not run any more.
    var replaced: Set<Program.Value> = []

    init(_ instruction: Program.Instruction, hasReLU: Bool) {
        written = instruction.results[0]
        operations = [instruction.operation]
        self.hasReLU = hasReLU
    }

    /// Takes an instruction in that alone reads what was written so far.
    mutating func take(_ instruction: Program.Instruction, hasReLU: Bool) {
        written = instruction.results[0]
        operations.append(instruction.operation)
        replaced.insert(written)
        self.hasReLU = self.hasReLU || hasReLU
    }

    /// All of it, as listings print it.
    var description: String { operations.map(\.description).joined(separator: " + ") }
}

extension ProgramCompiler {
    /// What a convolution can do besides: the pooling of 2x2 windows that follows one of few
    /// channels; the sum and ReLU at the end of a residual block that follow one in blocks.
    func fusion(
        of convolution: Program.Operation.Convolution, at index: Int, in segment: Program.Segment
    ) throws(EngineError) -> Fusion {
        let instruction = segment.instructions[index]
        var fusion = Fusion(instruction, hasReLU: try hasReLU(convolution.activation))
        guard let reader = onlyReader(of: fusion.written, in: segment) else { return fusion }
        let isBlocked = Kernels.fillsBlocks(channels: size(of: fusion.written).channels)
        switch reader.operation {
        case .maxPooling(let pooling)
        where !isBlocked && pooling.kernelSize == 2 && pooling.stride == 2
            && pooling.padding == 0 && !pooling.recordsSelection:
            fusion.take(reader, hasReLU: try hasReLU(pooling.activation))
            fusion.takesMaximum = true
        case .add where isBlocked && convolution.activation == nil:
            guard let other = reader.operands.first(where: { $0 != fusion.written }),
                isWritten(other)
            else { break }
            fusion.take(reader, hasReLU: false)
            fusion.other = other
            if let last = onlyReader(of: fusion.written, in: segment),
                case .activation(let activation) = last.operation
            {
                fusion.take(last, hasReLU: try hasReLU(activation))
            }
        case .convolution, .linear, .maxPooling, .averagePooling, .globalAveragePooling,
            .batchNormalization, .localResponseNormalization, .shortcut, .activation, .dropout,
            .add, .multiply, .concatenate, .selectChannels, .shuffleChannels, .flatten,
            .softmaxCrossEntropy, .convert, .gradient:
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
