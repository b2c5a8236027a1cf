extension Program {
    /// How many multiply-accumulates one sample costs in a segment; 1 is two floating-point
    /// operations.
    ///
    /// Only convolutions and fully connected layers count, as is usual; taps that fall on padding
    /// count too.
    public func multiplyAccumulates(inSegment segment: Int) -> Int {
        segments[segment].instructions.reduce(0) { $0 + multiplyAccumulates(of: $1) }
    }

    /// How many multiply-accumulates one sample costs in an instruction.
    public func multiplyAccumulates(of instruction: Instruction) -> Int {
        switch instruction.operation {
        case .convolution, .linear:
            let weight = type(of: instruction.operands[1]).shape
            let result = type(of: instruction.results[0]).shape
            return result.elementCount * weight.dimensions.dropFirst().reduce(1, *)
        case .maxPooling, .averagePooling, .globalAveragePooling, .batchNormalization,
            .localResponseNormalization, .shortcut, .activation, .dropout, .add, .multiply,
            .concatenate, .selectChannels, .shuffleChannels, .flatten, .softmaxCrossEntropy,
            .distillation,
            .convert, .gradient:
            return 0
        }
    }
}
