import BranchyCompute

extension Program {
    /// The values that lie in blocks of channels, by what computes them from what; all others are
    /// planes or features.
    ///
    /// What comes out of blocks stays in blocks even where it does not fill them, unless it is very
    /// small: only planes that were planes before are better off as such.
    var blockedValues: Set<Value> {
        var blocked: Set<Value> = []
        for instruction in segments.flatMap(\.instructions)
        where writesBlocks(instruction, blocked) {
            blocked.insert(instruction.results[0])
        }
        return blocked
    }

    private func writesBlocks(_ instruction: Instruction, _ blocked: Set<Value>) -> Bool {
        let readsBlocks = instruction.operands.contains { blocked.contains($0) }
        switch instruction.operation {
        case .convolution(let convolution):
            let weight = type(of: instruction.operands[1]).shape
            return !convolution.isSimple || weight[2] != weight[3]
                || Kernels.fillsBlocks(channels: weight[0], fromBlocks: readsBlocks)
        case .maxPooling(let pooling): return readsBlocks || !pooling.isSimple
        case .averagePooling, .batchNormalization, .localResponseNormalization, .shortcut,
            .shuffleChannels, .globalAveragePooling(keepsDimensions: true):
            return true
        case .multiply: return readsBlocks || multipliesChannels(instruction)
        case .activation, .add, .concatenate, .selectChannels: return readsBlocks
        case .linear, .globalAveragePooling, .dropout, .flatten, .softmaxCrossEntropy,
            .distillation, .convert,
            .gradient:
            return false
        }
    }

    /// Whether a product is one of an image and one number per channel.
    func multipliesChannels(_ instruction: Instruction) -> Bool {
        type(of: instruction.operands[0]) != type(of: instruction.operands[1])
    }
}

extension Program.Operation.Convolution {
    /// Whether it is the same in both directions and knows no groups, as kernels on planes want it.
    fileprivate var isSimple: Bool {
        stride.isSquare && padding.isUniform && dilation == 1 && groups == 1
    }
}

extension Program.Operation.Pooling {
    /// Whether it is the same in both directions and knows no padding, as kernels on planes want it.
    fileprivate var isSimple: Bool { kernelSize.isSquare && stride.isSquare && padding == 0 }
}
