extension Program {
    /// This program with each activation applied by the convolution, fully connected layer, pooling
    /// or batch normalization before it. Results are equal bit for bit.
    ///
    /// Nothing is fused where something else reads the value before the activation.
    public func fusingActivations() -> Program {
        fusingActivations { _ in true }
    }

    /// The same for normalizations by the batch's statistics alone: their derivative needs no more
    /// memory for it, since a recorded selection takes the place of the result.
    public func fusingActivationsIntoBatchNormalizations() -> Program {
        fusingActivations {
            if case .batchNormalization(let normalization) = $0 {
                normalization.statistics == .batch
            } else {
                false
            }
        }
    }

    private func fusingActivations(into isWanted: (Program.Operation) -> Bool) -> Program {
        var program = self
        let useCounts = useCounts
        for segment in segments.indices {
            program.fuseActivations(inSegment: segment, into: isWanted, useCounts)
        }
        return program
    }

    private mutating func fuseActivations(
        inSegment segment: Int, into isWanted: (Program.Operation) -> Bool, _ useCounts: [Int]
    ) {
        var kept: [Instruction] = []
        /// Where the instruction is that writes a value first of all.
        var producers: [Value: Int] = [:]
        for instruction in segments[segment].instructions {
            if case .activation(let activation) = instruction.operation,
                useCounts[instruction.operands[0].index] == 1,
                let producer = producers[instruction.operands[0]],
                isWanted(kept[producer].operation),
                let fused = kept[producer].operation.fused(with: activation)
            {
                kept[producer].operation = fused
                kept[producer].results[0] = instruction.results[0]
                producers[instruction.results[0]] = producer
                if fused.recordsWhatAnActivationPasses {
                    let shape = type(of: instruction.operands[0]).shape
                    kept[producer].results.append(
                        addValue(ValueType(shape, element: .selection)))
                }
            } else {
                producers[instruction.results[0]] = kept.count
                kept.append(instruction)
            }
        }
        segments[segment].instructions = kept
    }
}

extension Program.Operation {
    /// This operation with an activation applied to its result, or `nil` where it has none to give.
    fileprivate func fused(with activation: Activation) -> Program.Operation? {
        switch self {
        case .convolution(var convolution) where convolution.activation == nil:
            convolution.activation = activation
            return .convolution(convolution)
        case .linear(var linear) where linear.activation == nil:
            linear.activation = activation
            return .linear(linear)
        case .maxPooling(var pooling) where pooling.activation == nil && !pooling.recordsSelection:
            pooling.activation = activation
            return .maxPooling(pooling)
        case .batchNormalization(var normalization)
        where normalization.activation == nil
            && (normalization.statistics == .given || activation.selects):
            normalization.activation = activation
            return .batchNormalization(normalization)
        case .convolution, .linear, .maxPooling, .averagePooling, .globalAveragePooling,
            .batchNormalization, .localResponseNormalization, .shortcut, .activation, .dropout,
            .add, .multiply, .concatenate, .selectChannels, .shuffleChannels, .flatten,
            .softmaxCrossEntropy, .distillation, .convert, .gradient:
            return nil
        }
    }

    fileprivate var recordsWhatAnActivationPasses: Bool {
        guard case .batchNormalization(let normalization) = self else { return false }
        return normalization.statistics == .batch
    }
}
