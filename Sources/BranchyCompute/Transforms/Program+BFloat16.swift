extension Program {
    /// This program with its activations, their derivatives, and the weights that they are
    /// multiplied by, in ``ElementType/bfloat16``.
    ///
    /// Inputs, parameters and outputs stay `float32`, and so does what is about losses: statistics,
    /// biases, derivatives by parameters, and the fully connected layers that write logits, the
    /// last before a loss or an output. Applied after differentiation, so that no sum of
    /// derivatives by a parameter is rounded.
    ///
    /// - Throws: ``ShapeError`` where the program is not consistent in itself.
    public func inBFloat16() throws(ShapeError) -> Program {
        var narrowing = Narrowing(of: self)
        for segment in segments {
            narrowing.beginSegment(segment.name)
            for instruction in segment.instructions { try narrowing.append(instruction) }
        }
        for output in outputs {
            narrowing.program.addOutput(output.name, narrowing.outputs[output.value.index])
        }
        return narrowing.program
    }
}

/// Copies a program instruction by instruction, with conversions where types change.
private struct Narrowing {
    var program = Program()
    /// Each value of the original as outputs read it.
    private(set) var outputs: [Program.Value]
    /// Each value of the original as instructions write it.
    private var values: [Program.Value]
    /// Conversions made in this segment: the next may run without it.
    private var conversions: [Conversion: Program.Value] = [:]
    /// Whether a value of the original is an output or read by a loss.
    private let isFinal: [Bool]

    private struct Conversion: Hashable {
        let source: Program.Value
        let element: ElementType
    }

    init(of original: Program) {
        let unknown = Program.Value(index: -1)
        values = [Program.Value](repeating: unknown, count: original.types.count)
        for input in original.inputs {
            values[input.value.index] = program.addInput(
                input.name, original.type(of: input.value))
        }
        for parameter in original.parameters {
            values[parameter.value.index] = program.addParameter(
                parameter.name, original.type(of: parameter.value).shape)
        }
        outputs = values
        var isFinal = [Bool](repeating: false, count: original.types.count)
        for output in original.outputs { isFinal[output.value.index] = true }
        for instruction in original.segments.flatMap(\.instructions)
        where instruction.operation.isLoss {
            for operand in instruction.operands { isFinal[operand.index] = true }
        }
        self.isFinal = isFinal
    }

    mutating func beginSegment(_ name: String) {
        program.beginSegment(name)
        conversions = [:]
    }

    mutating func append(_ instruction: Program.Instruction) throws(ShapeError) {
        let operation = instruction.operation
        let staysWide = staysWide(instruction)
        var operands: [Program.Value] = []
        for (index, operand) in instruction.operands.enumerated() {
            let value = values[operand.index]
            let type = program.type(of: value)
            let narrows = !staysWide && (type.isBatched || index == operation.weightIndex)
            operands.append(try convert(value, to: narrows ? .bfloat16 : .float32))
        }
        let results = try program.append(operation, operands)
        for (original, result) in zip(instruction.results, results) {
            values[original.index] = result
            outputs[original.index] =
                isFinal[original.index] ? try convert(result, to: .float32) : result
        }
    }

    /// A value in a type of float; what is no float stays what it is.
    private mutating func convert(
        _ value: Program.Value, to element: ElementType
    ) throws(ShapeError) -> Program.Value {
        let type = program.type(of: value)
        guard type.element.isFloat, type.element != element else { return value }
        let conversion = Conversion(source: value, element: element)
        if let converted = conversions[conversion] { return converted }
        let converted = try program.append(.convert(to: element), [value])[0]
        conversions[conversion] = converted
        return converted
    }

    /// Whether an instruction computes in 32 bits.
    private func staysWide(_ instruction: Program.Instruction) -> Bool {
        let operands = instruction.operands
        switch instruction.operation {
        case .linear: return isFinal[instruction.results[0].index]
        case .gradient(.linearSource): return isWide(operands[0])
        case .gradient(.linearParameters): return isWide(operands[1])
        case .softmaxCrossEntropy, .gradient(.softmaxCrossEntropy), .distillation,
            .gradient(.distillation):
            return true
        case .convolution, .maxPooling, .averagePooling, .globalAveragePooling,
            .batchNormalization, .localResponseNormalization, .shortcut, .activation, .dropout,
            .add, .multiply, .concatenate, .selectChannels, .shuffleChannels, .flatten, .convert,
            .gradient(.convolutionSource), .gradient(.convolutionParameters),
            .gradient(.maxPooling), .gradient(.averagePooling), .gradient(.globalAveragePooling),
            .gradient(.batchNormalization), .gradient(.localResponseNormalization),
            .gradient(.shortcut), .gradient(.activation), .gradient(.multiply),
            .gradient(.flatten):
            return false
        }
    }

    private func isWide(_ original: Program.Value) -> Bool {
        program.type(of: values[original.index]).element == .float32
    }
}

extension Program.Operation {
    fileprivate var isLoss: Bool {
        switch self {
        case .softmaxCrossEntropy, .distillation: true
        default: false
        }
    }

    /// Which operand is a weight that activations are multiplied by.
    fileprivate var weightIndex: Int? {
        switch self {
        case .convolution, .linear, .gradient(.convolutionSource), .gradient(.linearSource): 1
        case .maxPooling, .averagePooling, .globalAveragePooling, .batchNormalization,
            .localResponseNormalization, .shortcut, .activation, .dropout, .add, .multiply,
            .concatenate, .selectChannels, .shuffleChannels, .flatten, .softmaxCrossEntropy,
            .distillation,
            .convert,
            .gradient(.convolutionParameters), .gradient(.linearParameters),
            .gradient(.maxPooling), .gradient(.averagePooling), .gradient(.globalAveragePooling),
            .gradient(.batchNormalization), .gradient(.localResponseNormalization),
            .gradient(.shortcut), .gradient(.activation), .gradient(.multiply),
            .gradient(.flatten), .gradient(.softmaxCrossEntropy),
            .gradient(.distillation):
            nil
        }
    }
}
