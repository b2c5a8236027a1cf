/// Walks a program backwards and appends derivatives to its last segment.
struct Differentiation {
    var program: Program
    /// The derivative of the losses by a value, summed over all its readers seen so far.
    var gradients: [Program.Value: Program.Value] = [:]
    /// Whether a value depends on a parameter; derivatives by others are not computed.
    private let isTrained: [Bool]

    init(of program: Program, freezing frozen: Set<String>) {
        self.program = program
        var isTrained = [Bool](repeating: false, count: program.types.count)
        for parameter in program.parameters where !frozen.contains(parameter.name) {
            isTrained[parameter.value.index] = true
        }
        for instruction in program.segments.flatMap(\.instructions)
        where instruction.operands.contains(where: { isTrained[$0.index] }) {
            for result in instruction.results { isTrained[result.index] = true }
        }
        self.isTrained = isTrained
    }

    mutating func propagate(
        through instruction: Program.Instruction, losses: Set<Program.Value>
    ) throws(ShapeError) {
        if let loss = instruction.operation.lossGradient {
            guard losses.contains(instruction.results[0]) else { return }
            let operands = instruction.operands
            try accumulate(append(loss, operands)[0], into: operands[0])
        } else if let gradient = gradients[instruction.results[0]] {
            try propagate(gradient, through: instruction)
        }
    }

    /// - Parameter gradient: the derivative of the losses by the instruction's first result.
    private mutating func propagate(
        _ gradient: Program.Value, through instruction: Program.Instruction
    ) throws(ShapeError) {
        let (operands, results) = (instruction.operands, instruction.results)
        let source = program.type(of: operands[0]).shape
        switch instruction.operation {
        case .convolution(let convolution):
            try propagateThroughConvolution(convolution, gradient, instruction)
        case .linear(let linear):
            try propagateThroughLinear(linear, gradient, instruction)
        case .maxPooling(var pooling):
            let dy = try gradientBeforeActivation(pooling.activation, gradient, instruction)
            pooling.activation = nil
            try pass(
                .gradient(.maxPooling(pooling, source: source)), [results[1], dy], to: operands[0])
        case .averagePooling(let pooling):
            try pass(
                .gradient(.averagePooling(pooling, source: source)), [gradient], to: operands[0])
        case .globalAveragePooling(let keepsDimensions):
            try pass(
                .gradient(
                    .globalAveragePooling(source: source, keepsDimensions: keepsDimensions)),
                [gradient], to: operands[0])
        case .batchNormalization(let normalization):
            try propagateThroughBatchNormalization(normalization, gradient, instruction)
        case .localResponseNormalization(let normalization):
            try pass(
                .gradient(.localResponseNormalization(normalization)), [operands[0], gradient],
                to: operands[0])
        case .shortcut(let shortcut):
            try pass(.gradient(.shortcut(shortcut, source: source)), [gradient], to: operands[0])
        case .activation(let activation):
            let known = activation.derivativeOperand == .result ? results[0] : operands[0]
            try pass(.gradient(.activation(activation)), [known, gradient], to: operands[0])
        case .dropout:
            try pass(.dropout, [gradient, operands[1]], to: operands[0])
        case .add:
            try accumulate(gradient, into: operands[0])
            try accumulate(gradient, into: operands[1])
        case .multiply:
            try propagateThroughProduct(gradient, operands)
        case .concatenate:
            try propagateThroughConcatenation(gradient, operands)
        case .selectChannels(let range):
            let zeros = Program.Operation.Shortcut(
                stride: 1, channelsBefore: range.lowerBound,
                channelsAfter: source[0] - range.upperBound)
            try pass(.shortcut(zeros), [gradient], to: operands[0])
        case .shuffleChannels(let groups):
            try pass(.shuffleChannels(groups: source[0] / groups), [gradient], to: operands[0])
        case .flatten:
            try pass(.gradient(.flatten(source: source)), [gradient], to: operands[0])
        case .convert:
            let element = program.type(of: operands[0]).element
            try pass(.convert(to: element), [gradient], to: operands[0])
        case .softmaxCrossEntropy, .distillation, .gradient:
            throw undefined(instruction, "an operation that has a derivative")
        }
    }

    private mutating func propagateThroughConvolution(
        _ convolution: Program.Operation.Convolution, _ gradient: Program.Value,
        _ instruction: Program.Instruction
    ) throws(ShapeError) {
        let operands = instruction.operands
        let dy = try gradientBeforeActivation(
            convolution.activation, gradient, instruction)
        var plain = convolution
        plain.activation = nil
        let source = program.type(of: operands[0]).shape
        let weight = program.type(of: operands[1]).shape
        let kernelSize = Extent2D(height: weight[2], width: weight[3])
        try pass(
            .gradient(.convolutionSource(plain, source: source)), [dy, operands[1]], to: operands[0]
        )
        let parameters = try append(
            .convolutionParameters(plain, kernelSize: kernelSize, hasBias: operands.count == 3),
            [operands[0], dy])
        for (operand, gradient) in zip(operands[1...], parameters) {
            try accumulate(gradient, into: operand)
        }
    }

    private mutating func propagateThroughLinear(
        _ linear: Program.Operation.Linear, _ gradient: Program.Value,
        _ instruction: Program.Instruction
    ) throws(ShapeError) {
        let operands = instruction.operands
        let dy = try gradientBeforeActivation(linear.activation, gradient, instruction)
        let plain = Program.Operation.Linear()
        try pass(.gradient(.linearSource(plain)), [dy, operands[1]], to: operands[0])
        let parameters = try append(
            .linearParameters(plain, hasBias: operands.count == 3), [operands[0], dy])
        for (operand, gradient) in zip(operands[1...], parameters) {
            try accumulate(gradient, into: operand)
        }
    }

    private mutating func propagateThroughBatchNormalization(
        _ normalization: Program.Operation.BatchNormalization, _ gradient: Program.Value,
        _ instruction: Program.Instruction
    ) throws(ShapeError) {
        let (operands, results) = (instruction.operands, instruction.results)
        var (normalization, gradient) = (normalization, gradient)
        var statistics = results.dropFirst()
        if normalization.statistics == .given {
            gradient = try gradientBeforeActivation(
                normalization.activation, gradient, instruction)
            normalization.activation = nil
            statistics = operands[3...]
        }
        let gradients = try append(
            .batchNormalization(normalization),
            [operands[0], operands[1]] + statistics.prefix(2) + [gradient]
                + statistics.dropFirst(2))
        for (operand, gradient) in zip(operands, gradients) {
            try accumulate(gradient, into: operand)
        }
    }

    /// A second factor of one pixel has the sum of its channel's derivatives.
    private mutating func propagateThroughProduct(
        _ gradient: Program.Value, _ operands: [Program.Value]
    ) throws(ShapeError) {
        try pass(.multiply, [gradient, operands[1]], to: operands[0])
        let isWhole = program.type(of: operands[0]) == program.type(of: operands[1])
        try pass(
            isWhole ? .multiply : .gradient(.multiply), [operands[0], gradient], to: operands[1])
    }

    private mutating func propagateThroughConcatenation(
        _ gradient: Program.Value, _ operands: [Program.Value]
    ) throws(ShapeError) {
        var first = 0
        for operand in operands {
            let end = first + program.type(of: operand).shape[0]
            try pass(.selectChannels(first..<end), [gradient], to: operand)
            first = end
        }
    }

    private mutating func gradientBeforeActivation(
        _ activation: Program.Operation.Activation?, _ gradient: Program.Value,
        _ instruction: Program.Instruction
    ) throws(ShapeError) -> Program.Value {
        guard let activation else { return gradient }
        guard activation.derivativeOperand == .result else {
            throw undefined(
                instruction,
                "\(activation.name) as an instruction of its own, since its derivative is found from "
                    + "what it reads; differentiate before activations are fused")
        }
        return try append(.activation(activation), [instruction.results[0], gradient])[0]
    }

    private func undefined(
        _ instruction: Program.Instruction, _ expected: String
    ) -> ShapeError {
        ShapeError(
            operation: instruction.operation, operands: instruction.operands.map(program.type),
            expected: expected)
    }

    /// Appends an operation whose result is a derivative by a value, if that one is wanted.
    private mutating func pass(
        _ operation: Program.Operation, _ operands: [Program.Value], to value: Program.Value
    ) throws(ShapeError) {
        guard isTrained[value.index] else { return }
        try accumulate(program.append(operation, operands)[0], into: value)
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

    private mutating func append(
        _ gradient: Program.Operation.Gradient, _ operands: [Program.Value]
    ) throws(ShapeError) -> [Program.Value] {
        try program.append(.gradient(gradient), operands)
    }
}

extension Program.Operation {
    /// The derivative of a loss by its logits; `nil` of what is none.
    fileprivate var lossGradient: Gradient? {
        switch self {
        case .softmaxCrossEntropy(let smoothing): .softmaxCrossEntropy(labelSmoothing: smoothing)
        case .distillation(let temperature): .distillation(temperature: temperature)
        default: nil
        }
    }
}
