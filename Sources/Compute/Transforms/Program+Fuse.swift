extension Program {
    /// This program with each ReLU applied by the convolution, fully connected layer, pooling or
    /// batch normalization before it. Results are equal bit for bit.
    ///
    /// Nothing is fused where something else reads the value before the ReLU.
    public func fusingActivations() -> Program {
        fusingActivations { _ in true }
    }

    /// The same for batch normalizations alone: their derivative needs no more memory for it, since
    /// a recorded selection takes the place of the result.
    public func fusingActivationsIntoBatchNormalizations() -> Program {
        fusingActivations { if case .batchNormalization = $0 { true } else { false } }
    }

    private func fusingActivations(into isWanted: (Operation) -> Bool) -> Program {
        var program = self
        for segment in program.segments.indices {
            while program.fuseReLU(inSegment: segment, into: isWanted) {}
        }
        return program
    }

    /// Finds a ReLU that can be fused and does it; `false` where there is none.
    private mutating func fuseReLU(
        inSegment segment: Int, into isWanted: (Operation) -> Bool
    ) -> Bool {
        let useCounts = useCounts
        let instructions = segments[segment].instructions
        for (relu, instruction) in instructions.enumerated() where instruction.operation == .relu {
            let source = instruction.operands[0]
            guard useCounts[source.index] == 1,
                let producer = instructions[..<relu].lastIndex(where: { $0.results[0] == source }),
                isWanted(instructions[producer].operation),
                let fused = instructions[producer].operation.fused(with: .relu)
            else { continue }
            segments[segment].instructions[producer].operation = fused
            segments[segment].instructions[producer].results[0] = instruction.results[0]
            if fused.recordsWhatAnActivationPasses {
                let selection = ValueType(type(of: source).shape, element: .selection)
                segments[segment].instructions[producer].results.append(addValue(selection))
            }
            segments[segment].instructions.remove(at: relu)
            return true
        }
        return false
    }
}

extension Operation {
    /// This operation with an activation applied to its result, or `nil` where it has none to give.
    fileprivate func fused(with activation: Activation) -> Operation? {
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
        case .batchNormalization(var normalization) where normalization.activation == nil:
            normalization.activation = activation
            return .batchNormalization(normalization)
        default:
            return nil
        }
    }

    fileprivate var recordsWhatAnActivationPasses: Bool {
        guard case .batchNormalization(let normalization) = self else { return false }
        return normalization.statistics == .batch
    }
}
