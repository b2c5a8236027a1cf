extension Program {
    /// The name of the output that carries the derivative of the losses by a parameter.
    public static func gradientName(of parameter: String) -> String { "gradient of \(parameter)" }

    /// This program with one more segment that computes the derivatives of the sum of some outputs
    /// by every parameter, by reverse-mode differentiation.
    ///
    /// In the result the parameters are inputs, so that an optimizer can change them between runs,
    /// and for each parameter that the losses depend on there is an output
    /// ``gradientName(of:)`` of the parameter's shape. A parameter that no loss depends on gets
    /// none.
    ///
    /// - Parameter losses: the names of scalar outputs written by ``Program/Operation/softmaxCrossEntropy(labelSmoothing:)``.
    /// - Throws: ``ShapeError`` where the program is not consistent in itself.
    /// - Precondition: there is an output of each of the names.
    public func differentiated(losses: [String]) throws(ShapeError) -> Program {
        var tape = Differentiation(of: self)
        tape.program.turnParametersIntoInputs()
        tape.program.recordSelections()
        tape.program.beginSegment("backward")
        let forward = tape.program.segments.flatMap(\.instructions)
        precondition(
            losses.allSatisfy { outputIndex(named: $0) != nil }, "no such outputs: \(losses)")
        let lossValues = Set(outputs.filter { losses.contains($0.name) }.map(\.value))
        for instruction in forward.reversed() {
            try tape.propagate(through: instruction, losses: lossValues)
        }
        for parameter in parameters {
            if let gradient = tape.gradients[parameter.value] {
                tape.program.addOutput(Self.gradientName(of: parameter.name), gradient)
            }
        }
        return tape.program
    }

    /// Makes every max pooling record which elements it picked.
    private mutating func recordSelections() {
        for segment in segments.indices {
            for index in segments[segment].instructions.indices {
                var instruction = segments[segment].instructions[index]
                guard case .maxPooling(var pooling) = instruction.operation,
                    !pooling.recordsSelection
                else { continue }
                pooling.recordsSelection = true
                instruction.operation = .maxPooling(pooling)
                let result = type(of: instruction.results[0])
                instruction.results.append(
                    addValue(ValueType(result.shape, element: .selection)))
                segments[segment].instructions[index] = instruction
            }
        }
    }
}

/// Walks a program backwards and appends derivatives to its last segment.
private struct Differentiation {
    var program: Program
    /// The derivative of the losses by a value, summed over all its readers seen so far.
    var gradients: [Program.Value: Program.Value] = [:]
    /// Whether a value depends on a parameter; derivatives by others are not computed.
    private let isTrained: [Bool]

    init(of program: Program) {
        self.program = program
        var isTrained = [Bool](repeating: false, count: program.types.count)
        for parameter in program.parameters { isTrained[parameter.value.index] = true }
        for instruction in program.segments.flatMap(\.instructions)
        where instruction.operands.contains(where: { isTrained[$0.index] }) {
            for result in instruction.results { isTrained[result.index] = true }
        }
        self.isTrained = isTrained
    }

    mutating func propagate(
        through instruction: Program.Instruction, losses: Set<Program.Value>
    ) throws(ShapeError) {
        let operands = instruction.operands
        if case .softmaxCrossEntropy(let smoothing) = instruction.operation {
            guard losses.contains(instruction.results[0]) else { return }
            let gradient = try append(.softmaxCrossEntropy(labelSmoothing: smoothing), operands)
            try accumulate(gradient[0], into: operands[0])
            return
        }
        guard let gradient = gradients[instruction.results[0]] else { return }
        switch instruction.operation {
        case .convolution(var convolution):
            let dy = try gradientBeforeActivation(
                convolution.activation, gradient, instruction.results[0])
            convolution.activation = nil
            try propagate(through: convolution, operands, dy)
        case .linear(let linear):
            let dy = try gradientBeforeActivation(
                linear.activation, gradient, instruction.results[0])
            try propagateThroughLinear(operands, dy)
        case .maxPooling(var pooling):
            let source = program.type(of: operands[0]).shape
            let dy = try gradientBeforeActivation(
                pooling.activation, gradient, instruction.results[0])
            pooling.activation = nil
            try accumulate(into: operands[0]) { [pooling] tape throws(ShapeError) in
                try tape.append(
                    .maxPooling(pooling, source: source), [instruction.results[1], dy])[0]
            }
        case .averagePooling(let pooling):
            let source = program.type(of: operands[0]).shape
            try accumulate(into: operands[0]) { tape throws(ShapeError) in
                try tape.append(.averagePooling(pooling, source: source), [gradient])[0]
            }
        case .globalAveragePooling:
            let source = program.type(of: operands[0]).shape
            try accumulate(into: operands[0]) { tape throws(ShapeError) in
                try tape.append(.globalAveragePooling(source: source), [gradient])[0]
            }
        case .batchNormalization(let normalization):
            try propagate(through: normalization, instruction, gradient)
        case .localResponseNormalization(let normalization):
            try accumulate(into: operands[0]) { tape throws(ShapeError) in
                try tape.append(
                    .localResponseNormalization(normalization), [operands[0], gradient])[0]
            }
        case .shortcut(let shortcut):
            let source = program.type(of: operands[0]).shape
            try accumulate(into: operands[0]) { tape throws(ShapeError) in
                try tape.append(.shortcut(shortcut, source: source), [gradient])[0]
            }
        case .activation(let activation):
            let known = activation.derivativeOperand == .result ? instruction.results : operands
            try accumulate(into: operands[0]) { tape throws(ShapeError) in
                try tape.append(.activation(activation), [known[0], gradient])[0]
            }
        case .dropout:
            try accumulate(into: operands[0]) { tape throws(ShapeError) in
                try tape.program.append(.dropout, [gradient, operands[1]])[0]
            }
        case .add:
            try accumulate(gradient, into: operands[0])
            try accumulate(gradient, into: operands[1])
        case .flatten:
            let source = program.type(of: operands[0]).shape
            try accumulate(into: operands[0]) { tape throws(ShapeError) in
                try tape.append(.flatten(source: source), [gradient])[0]
            }
        case .convert:
            let element = program.type(of: operands[0]).element
            try accumulate(into: operands[0]) { tape throws(ShapeError) in
                try tape.program.append(.convert(to: element), [gradient])[0]
            }
        case .softmaxCrossEntropy, .gradient:
            preconditionFailure("a derivative of \(instruction.operation) is not defined")
        }
    }

    private mutating func propagate(
        through convolution: Program.Operation.Convolution, _ operands: [Program.Value],
        _ dy: Program.Value
    ) throws(ShapeError) {
        let source = program.type(of: operands[0]).shape
        let kernelSize = program.type(of: operands[1]).shape[2]
        try accumulate(into: operands[0]) { tape throws(ShapeError) in
            try tape.append(.convolutionSource(convolution, source: source), [dy, operands[1]])[0]
        }
        let parameters = try append(
            .convolutionParameters(
                convolution, kernelSize: kernelSize, hasBias: operands.count == 3),
            [operands[0], dy])
        for (operand, gradient) in zip(operands[1...], parameters) {
            try accumulate(gradient, into: operand)
        }
    }

    private mutating func propagate(
        through normalization: Program.Operation.BatchNormalization,
        _ instruction: Program.Instruction,
        _ dy: Program.Value
    ) throws(ShapeError) {
        precondition(
            normalization.statistics == .batch,
            "a derivative of batch normalization with given statistics is not defined")
        let (operands, results) = (instruction.operands, instruction.results)
        let gradients = try append(
            .batchNormalization(normalization),
            [operands[0], operands[1], results[1], results[2], dy] + results[3...])
        for (operand, gradient) in zip(operands, gradients) {
            try accumulate(gradient, into: operand)
        }
    }

    private mutating func propagateThroughLinear(
        _ operands: [Program.Value], _ dy: Program.Value
    ) throws(ShapeError) {
        try accumulate(into: operands[0]) { tape throws(ShapeError) in
            try tape.append(.linearSource(Program.Operation.Linear()), [dy, operands[1]])[0]
        }
        let parameters = try append(
            .linearParameters(Program.Operation.Linear(), hasBias: operands.count == 3),
            [operands[0], dy])
        for (operand, gradient) in zip(operands[1...], parameters) {
            try accumulate(gradient, into: operand)
        }
    }

    private mutating func gradientBeforeActivation(
        _ activation: Program.Operation.Activation?, _ gradient: Program.Value,
        _ result: Program.Value
    ) throws(ShapeError) -> Program.Value {
        guard let activation else { return gradient }
        precondition(
            activation.derivativeOperand == .result,
            "a derivative of \(activation) that another operation applied is not defined")
        return try append(.activation(activation), [result, gradient])[0]
    }

    /// Adds what `makeGradient` appends to the derivative by a value, if that one is wanted.
    private mutating func accumulate(
        into value: Program.Value,
        _ makeGradient: (inout Differentiation) throws(ShapeError) -> Program.Value
    ) throws(ShapeError) {
        guard isTrained[value.index] else { return }
        try accumulate(makeGradient(&self), into: value)
    }

    private mutating func accumulate(
        _ gradient: Program.Value, into value: Program.Value
    ) throws(ShapeError) {
        guard isTrained[value.index] else { return }
        if let sum = gradients[value] {
            gradients[value] = try program.append(.add, [sum, gradient])[0]
        } else {
            gradients[value] = gradient
        }
    }

    @discardableResult
    private mutating func append(
        _ gradient: Program.Operation.Gradient, _ operands: [Program.Value]
    ) throws(ShapeError) -> [Program.Value] {
        try program.append(.gradient(gradient), operands)
    }
}
