extension Program.Operation {
    /// What follows from which operation or derivative it is. Each family keeps its own beside the
    /// values that describe it.
    struct Rules: Sendable {
        /// As errors and listings print it.
        let name: String
        /// The types of the results.
        let resultTypes: @Sendable (OperandCheck) throws(ShapeError) -> [ValueType]

        /// - Parameter activation: applied to the result, and so part of the name.
        init(
            _ name: String, _ activation: Activation? = nil,
            _ resultTypes: @escaping @Sendable (OperandCheck) throws(ShapeError) -> [ValueType]
        ) {
            self.name = activation.map { "\(name) + \($0.name)" } ?? name
            self.resultTypes = resultTypes
        }
    }

    private var rules: Rules {
        switch self {
        case .convolution(let convolution): convolution.rules
        case .linear(let linear): linear.rules
        case .maxPooling(let pooling): pooling.maximumRules
        case .averagePooling(let pooling): pooling.averageRules
        case .globalAveragePooling(let keepsDimensions):
            GlobalAveragePooling(keepsDimensions: keepsDimensions).rules
        case .batchNormalization(let normalization): normalization.rules
        case .localResponseNormalization(let normalization): normalization.rules
        case .shortcut(let shortcut): shortcut.rules
        case .activation(let activation): activation.rules
        case .dropout: .dropout
        case .add: .add
        case .multiply: .multiply
        case .concatenate: .concatenate
        case .selectChannels(let range): .selectChannels(range)
        case .shuffleChannels(let groups): .shuffleChannels(groups: groups)
        case .flatten: Flatten.rules
        case .softmaxCrossEntropy(let smoothing): CrossEntropy(labelSmoothing: smoothing).rules
        case .distillation(let temperature): Distillation(temperature: temperature).rules
        case .convert(let element): .conversion(to: element)
        case .gradient(let gradient): gradient.rules
        }
    }

    /// The types of the results for operands of given types.
    ///
    /// - Throws: ``ShapeError`` where the operands do not fit the operation.
    public func resultTypes(for operands: [ValueType]) throws(ShapeError) -> [ValueType] {
        try rules.resultTypes(OperandCheck(operation: self, operands: operands))
    }
}

extension Program.Operation.Gradient {
    fileprivate var rules: Program.Operation.Rules {
        switch self {
        case .convolutionSource(let convolution, let source):
            convolution.sourceGradientRules(source)
        case .convolutionParameters(let convolution, let kernelSize, let hasBias):
            convolution.parameterGradientRules(kernelSize: kernelSize, hasBias: hasBias)
        case .linearSource: Program.Operation.Linear.sourceGradientRules
        case .linearParameters(_, let hasBias):
            Program.Operation.Linear.parameterGradientRules(hasBias: hasBias)
        case .maxPooling(let pooling, let source): pooling.maximumGradientRules(source)
        case .averagePooling(let pooling, let source): pooling.averageGradientRules(source)
        case .globalAveragePooling(let source, let keepsDimensions):
            GlobalAveragePooling(keepsDimensions: keepsDimensions).gradientRules(source)
        case .batchNormalization(let normalization): normalization.gradientRules
        case .localResponseNormalization(let normalization): normalization.gradientRules
        case .shortcut(let shortcut, let source): shortcut.gradientRules(source)
        case .activation(let activation): activation.gradientRules
        case .multiply: .multiplyGradient
        case .flatten(let source): Flatten.gradientRules(source)
        case .softmaxCrossEntropy(let smoothing):
            CrossEntropy(labelSmoothing: smoothing).gradientRules
        case .distillation(let temperature): Distillation(temperature: temperature).gradientRules
        }
    }
}

extension Program.Operation: CustomStringConvertible {
    /// The operation's name as errors and listings print it.
    public var description: String { rules.name }
}

extension Program.Operation.Gradient: CustomStringConvertible {
    /// The derivative's name as errors and listings print it.
    public var description: String { rules.name }
}
