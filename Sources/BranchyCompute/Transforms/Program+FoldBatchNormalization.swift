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
        with parameters: consuming ParameterStore
    ) throws(EngineError) -> (program: Program, parameters: ParameterStore) {
        var folding = BatchNormalizationFolding(self, consume parameters)
        for segment in segments.indices { try folding.fold(segment) }
        return folding.finish()
    }
}

private struct BatchNormalizationFolding {
    private var program: Program
    private var parameters: ParameterStore
    private let useCounts: [Int]
    private let ports: [Program.Value: Program.Port]
    /// Parameters that nothing reads any more.
    private var folded: Set<Program.Value> = []

    init(_ program: Program, _ parameters: ParameterStore) {
        (self.program, self.parameters) = (program, parameters)
        useCounts = program.useCounts
        ports = program.parameters.reduce(into: [:]) { $0[$1.value] = $1 }
    }

    mutating func fold(_ segment: Int) throws(EngineError) {
        var kept: [Program.Instruction] = []
        /// Where the instruction is that writes a value first of all.
        var producers: [Program.Value: Int] = [:]
        for instruction in program.segments[segment].instructions {
            if let producer = producers[instruction.operands[0]],
                let both = try fold(instruction, into: kept[producer])
            {
                kept[producer] = both
                producers[instruction.results[0]] = producer
            } else {
                producers[instruction.results[0]] = kept.count
                kept.append(instruction)
            }
        }
        program.segments[segment].instructions = kept
    }

    consuming func finish() -> (program: Program, parameters: ParameterStore) {
        let folded = folded
        program.removeParameters { folded.contains($0) }
        return (program, parameters)
    }

    /// One instruction for a convolution and the normalization of its result, or `nil` where these
    /// are not what they are.
    private mutating func fold(
        _ instruction: Program.Instruction, into producer: Program.Instruction
    ) throws(EngineError) -> Program.Instruction? {
        guard case .batchNormalization(let normalization) = instruction.operation,
            normalization.statistics == .given, useCounts[instruction.operands[0].index] == 1,
            case .convolution(var convolution) = producer.operation,
            convolution.activation == nil,
            let ports = ports(of: producer.operands.dropFirst()),
            let statistics = self.ports(of: instruction.operands.dropFirst())
        else { return nil }
        let bias = try fold(normalization, statistics, into: ports)
        convolution.activation = normalization.activation
        var both = producer
        both.operation = .convolution(convolution)
        both.operands = [both.operands[0], ports[0].value, bias.value]
        both.results = instruction.results
        folded.formUnion(instruction.operands.dropFirst().filter { $0 != bias.value })
        return both
    }

    /// The parameters that an instruction reads, or `nil` where one is none or is read by another
    /// instruction too.
    private func ports(of values: ArraySlice<Program.Value>) -> [Program.Port]? {
        let ports = values.compactMap { useCounts[$0.index] == 1 ? self.ports[$0] : nil }
        return ports.count == values.count ? ports : nil
    }

    /// Replaces the tensors of the convolution's weight and bias.
    ///
    /// - Returns: the parameter that is the bias: the convolution's own, or the normalization's.
    private mutating func fold(
        _ normalization: Program.Operation.BatchNormalization, _ statistics: [Program.Port],
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
