import BranchyCompute

extension NetworkProgram {
    /// A part of a network's program, with what it has of the network's dropouts and normalizations.
    init(_ program: Program, masks: [Mask], batchStatistics: [BatchStatistics]) {
        let inputs = Set(program.inputs.map(\.name))
        let outputs = Set(program.outputs.map(\.name))
        self.program = program
        self.masks = masks.filter { inputs.contains($0.input) }
        self.batchStatistics = batchStatistics.filter { outputs.contains($0.meanOutput) }
    }

    /// This program with the losses of exits, as far as it has them, and the derivatives of their sum.
    ///
    /// - Parameters:
    ///   - temperature: at which early exits learn from a teacher too; `nil` for none.
    ///   - frozen: the names of parameters without derivatives.
    func withLosses(
        of network: BranchedNetwork, exits: Range<Int>, labelSmoothing: Float, mixesSamples: Bool,
        temperature: Float?, freezing frozen: Set<String> = []
    ) throws(NetworkError) -> NetworkProgram {
        var program = program
        do {
            let losses = try program.appendLosses(
                of: exits, labelSmoothing: labelSmoothing, mixesSamples: mixesSamples,
                temperature: temperature, teacher: network.exitCount - 1)
            return NetworkProgram(
                program: try program.differentiated(losses: losses, freezing: frozen),
                masks: masks, batchStatistics: batchStatistics)
        } catch {
            throw NetworkError(.shapeMismatch, "network '\(network.name)': \(error)")
        }
    }
}

extension Program {
    /// - Returns: the names of the losses' outputs.
    fileprivate mutating func appendLosses(
        of exits: Range<Int>, labelSmoothing: Float, mixesSamples: Bool, temperature: Float?,
        teacher: Int
    ) throws(ShapeError) -> [String] {
        let logits = exits.compactMap { exit in
            outputs.first { $0.name == NetworkProgram.logitsOutput(ofExit: exit) }
                .map { (exit, $0.value) }
        }
        let loss = Operation.softmaxCrossEntropy(labelSmoothing: labelSmoothing)
        beginSegment("losses")
        var own = try appendLosses(
            loss, of: logits, against: NetworkProgram.targetsInput,
            weightedBy: NetworkProgram.lossWeightsInput, NetworkProgram.lossOutput)
        if let temperature {
            own += try appendDistillation(at: temperature, of: logits.filter { $0.0 != teacher })
        }
        guard mixesSamples else { return own }
        let partners = try appendLosses(
            loss, of: logits, against: NetworkProgram.partnerTargetsInput,
            weightedBy: NetworkProgram.partnerLossWeightsInput, NetworkProgram.partnerLossOutput)
        return own + partners
    }

    private mutating func appendDistillation(
        at temperature: Float, of logits: [(exit: Int, value: Value)]
    ) throws(ShapeError) -> [String] {
        guard let first = logits.first else { return [] }
        let teacher = addInput(NetworkProgram.teacherInput, type(of: first.value))
        for (exit, logits) in logits {
            let weights = addInput(
                NetworkProgram.distillationWeightsInput(ofExit: exit), ValueType([]))
            addOutput(
                NetworkProgram.distillationLossOutput(ofExit: exit),
                try append(.distillation(temperature: temperature), [logits, teacher, weights])[0])
        }
        return logits.map { NetworkProgram.distillationLossOutput(ofExit: $0.exit) }
    }

    private mutating func appendLosses(
        _ loss: Operation, of logits: [(exit: Int, value: Value)], against targetsInput: String,
        weightedBy weightsInput: (Int) -> String, _ output: (Int) -> String
    ) throws(ShapeError) -> [String] {
        let targets = addInput(targetsInput, ValueType([], element: .int32))
        for (exit, logits) in logits {
            let weights = addInput(weightsInput(exit), ValueType([]))
            addOutput(output(exit), try append(loss, [logits, targets, weights])[0])
        }
        return logits.map { output($0.exit) }
    }
}
