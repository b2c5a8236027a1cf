extension Program {
    /// This program with each batch normalization of given statistics folded into the convolution
    /// before it, and the parameters that make up for it.
    ///
    ///     scale = weight / √(variance + ε)
    ///     W' = scale · W      b' = scale · (b − mean) + bias
    ///
    /// New parameters are computed in double precision and rounded once, so a result is off by no
    /// more than the convolution's own rounding. They keep the names of those they replace; a
    /// convolution without bias takes over the normalization's. Nothing is folded where something
    /// else reads the value between or one of the parameters.
    ///
    /// - Parameter parameters: a tensor for each of the program's parameters; others are kept.
    /// - Throws: ``EngineError/Code/invalidParameter`` where one is missing or misshapen.
    public func foldingBatchNormalization(
        with parameters: ParameterStore
    ) throws(EngineError) -> (program: Program, parameters: ParameterStore) {
        var folding = BatchNormalizationFolding(program: self, parameters: parameters)
        let useCounts = useCounts
        for segment in segments.indices {
            for instruction in segments[segment].instructions {
                try folding.fold(instruction, inSegment: segment, useCounts)
            }
        }
        return (folding.program, folding.parameters)
    }
}

private struct BatchNormalizationFolding {
    var program: Program
    var parameters: ParameterStore

    mutating func fold(
        _ instruction: Program.Instruction, inSegment segment: Int, _ useCounts: [Int]
    ) throws(EngineError) {
        guard case .batchNormalization(let normalization) = instruction.operation,
            normalization.statistics == .given, useCounts[instruction.operands[0].index] == 1
        else { return }
        let instructions = program.segments[segment].instructions
        guard
            let producer = instructions.firstIndex(where: {
                $0.results == [instruction.operands[0]]
            }), let position = instructions.firstIndex(of: instruction),
            case .convolution(var convolution) = instructions[producer].operation,
            convolution.activation == nil,
            let ports = ports(of: instructions[producer].operands.dropFirst(), useCounts),
            let statistics = self.ports(of: instruction.operands.dropFirst(), useCounts)
        else { return }
        let bias = try fold(normalization, statistics, into: ports)
        convolution.activation = normalization.activation
        var folded = instructions[producer]
        folded.operation = .convolution(convolution)
        folded.operands = [folded.operands[0], ports[0].value, bias.value]
        folded.results = instruction.results
        program.segments[segment].instructions[producer] = folded
        program.segments[segment].instructions.remove(at: position)
        program.removeParameters { $0 != bias.value && instruction.operands.contains($0) }
    }

    /// The parameters that an instruction reads, or `nil` where one is none or is read by another
    /// instruction too.
    private func ports(
        of values: ArraySlice<Program.Value>, _ useCounts: [Int]
    ) -> [Program.Port]? {
        let ports = values.compactMap { value in
            program.parameters.first { $0.value == value && useCounts[value.index] == 1 }
        }
        return ports.count == values.count ? ports : nil
    }

    /// Replaces the tensors of the convolution's weight and bias.
    ///
    /// - Returns: the parameter that is the bias: the convolution's own, or the normalization's.
    private mutating func fold(
        _ normalization: Operation.BatchNormalization, _ statistics: [Program.Port],
        into convolution: [Program.Port]
    ) throws(EngineError) -> Program.Port {
        let (weight, shift) = (try tensor(statistics[0]), try tensor(statistics[1]))
        let (mean, variance) = (try tensor(statistics[2]), try tensor(statistics[3]))
        let scales = zip(weight.scalars, variance.scalars).map {
            Double($0) / (Double($1) + Double(normalization.epsilon)).squareRoot()
        }
        let bias = convolution.count > 1 ? try tensor(convolution[1]) : nil
        let shifts = scales.indices.map { channel in
            let offset = Double(bias?.scalars[channel] ?? 0) - Double(mean.scalars[channel])
            return Float(scales[channel] * offset + Double(shift.scalars[channel]))
        }
        let kernel = try tensor(convolution[0])
        let area = kernel.shape.elementCount / max(scales.count, 1)
        parameters[convolution[0].name] = Tensor(
            kernel.shape,
            kernel.scalars.indices.map { Float(scales[$0 / area] * Double(kernel.scalars[$0])) })
        let port = convolution.count > 1 ? convolution[1] : statistics[1]
        parameters[port.name] = Tensor(shift.shape, shifts)
        return port
    }

    private func tensor(_ port: Program.Port) throws(EngineError) -> Tensor {
        try program.tensor(for: port, in: parameters)
    }
}
