extension Program {
    /// This program with each ReLU applied by the convolution, fully connected layer or pooling
    /// before it. Results are equal bit for bit.
    ///
    /// Nothing is fused where something else reads the value before the ReLU.
    public func fusingActivations() -> Program {
        var program = self
        for segment in program.segments.indices {
            while program.fuseReLU(inSegment: segment) {}
        }
        return program
    }

    /// Finds a ReLU that can be fused and does it; `false` where there is none.
    private mutating func fuseReLU(inSegment segment: Int) -> Bool {
        let useCounts = useCounts
        let instructions = segments[segment].instructions
        for (relu, instruction) in instructions.enumerated() where instruction.operation == .relu {
            let source = instruction.operands[0]
            guard useCounts[source.index] == 1,
                let producer = instructions[..<relu].lastIndex(where: { $0.results == [source] }),
                let fused = instructions[producer].operation.fused(with: .relu)
            else { continue }
            segments[segment].instructions[producer].operation = fused
            segments[segment].instructions[producer].results = instruction.results
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
        default:
            return nil
        }
    }
}
