extension Program {
    /// This program with each ReLU applied by the convolution or fully connected layer before it.
    ///
    /// A ReLU behind a max pooling first changes places with it (the largest of `max(0, x)` is
    /// `max(0, largest x)`), so that it reaches the convolution. Results are equal bit for bit.
    /// Nothing is fused where something else reads the value before the ReLU.
    public func fusingActivations() -> Program {
        var program = self
        for segment in program.segments.indices {
            while program.moveReLUBeforePooling(inSegment: segment) {}
            while program.fuseReLU(inSegment: segment) {}
        }
        return program
    }

    /// Finds pooling → ReLU and makes it ReLU → pooling; `false` where there is none.
    private mutating func moveReLUBeforePooling(inSegment segment: Int) -> Bool {
        let match = firstPair(inSegment: segment) { first, second in
            guard case .maxPooling(let pooling) = first.operation else { return false }
            return second.operation == .relu && !pooling.recordsSelection
        }
        guard let (pooling, relu) = match else { return false }
        let source = segments[segment].instructions[pooling].operands[0]
        let result = segments[segment].instructions[relu].results[0]
        let rectified = addValue(type(of: source))
        let poolingOperation = segments[segment].instructions[pooling].operation
        segments[segment].instructions[pooling] = Instruction(
            operation: .relu, operands: [source], results: [rectified])
        segments[segment].instructions[relu] = Instruction(
            operation: poolingOperation, operands: [rectified], results: [result])
        return true
    }

    /// Finds convolution or linear → ReLU and makes it one instruction; `false` where there is none.
    private mutating func fuseReLU(inSegment segment: Int) -> Bool {
        let match = firstPair(inSegment: segment) { first, second in
            second.operation == .relu && first.operation.fused(with: .relu) != nil
        }
        guard let (producer, relu) = match,
            let fused = segments[segment].instructions[producer].operation.fused(with: .relu)
        else { return false }
        segments[segment].instructions[producer].operation = fused
        segments[segment].instructions[producer].results =
            segments[segment].instructions[relu].results
        segments[segment].instructions.remove(at: relu)
        return true
    }

    /// The places of the first two instructions of a segment that satisfy `condition`, of which
    /// the second is the only reader of the first one's result.
    private func firstPair(
        inSegment segment: Int, where condition: (Instruction, Instruction) -> Bool
    ) -> (first: Int, second: Int)? {
        let useCounts = useCounts
        let instructions = segments[segment].instructions
        for (second, reader) in instructions.enumerated() {
            let first = instructions[..<second].lastIndex {
                $0.results == [reader.operands[0]] && useCounts[$0.results[0].index] == 1
            }
            if let first, condition(instructions[first], reader) { return (first, second) }
        }
        return nil
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
        default:
            return nil
        }
    }
}
