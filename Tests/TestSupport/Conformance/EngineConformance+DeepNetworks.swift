import BranchyCompute

extension EngineConformance {
    /// The operations of AlexNet and ResNet in a row, between which an engine may keep a layout of
    /// its own.
    static let deepChainCases: [ConformanceCase] =
        batchSizes.map { batchSize in
            ConformanceCase(
                "residual blocks, batch \(batchSize)", batchSize: batchSize,
                adjust: { $0.makeVariancesPositive() }
            ) { program in
                let x = program.addInput("x", ValueType([3, 7, 6]))
                program.beginSegment("only")
                program.addOutput("y", try program.residualNetwork(x, .given))
            }
        } + [
            ConformanceCase("conv, relu, pool, local response, conv, average, linear") { program in
                let x = program.addInput("x", ValueType([3, 12, 11]))
                program.beginSegment("only")
                program.addOutput("y", try program.alexNetwork(x))
            },
            ConformanceCase("a shortcut's source is used again after it") { program in
                let x = program.addInput("x", ValueType([3, 6, 6]))
                program.beginSegment("only")
                let maps = try program.convolve(x, "conv", filters: 5, kernelSize: 3)
                let shortcut = Program.Operation.Shortcut(stride: 1, channelsAfter: 0)
                let copy = try program.apply(.shortcut(shortcut), maps)
                let positive = try program.apply(.relu, copy)
                program.addOutput("sum", try program.apply(.add, positive, maps))
            },
        ]

    /// Loss and gradients of all parameters, as reverse-mode differentiation makes them.
    static let deepTrainingStepCases: [ConformanceCase] =
        batchSizes.dropFirst().map { batchSize in
            trainingStep("residual blocks", batchSize: batchSize) {
                try $0.residualNetwork($1, .batch)
            }
        } + [trainingStep("AlexNet's layers", batchSize: 3) { try $0.alexNetwork($1) }]

    static func trainingStep(
        _ name: String, batchSize: Int,
        _ network: @escaping @Sendable (inout Program, Program.Value) throws -> Program.Value
    ) -> ConformanceCase {
        ConformanceCase(
            "a training step of \(name), batch \(batchSize)", batchSize: batchSize,
            adjust: { $0.makeVariancesPositive() }
        ) { program in
            let image = program.addInput("image", ValueType([3, 12, 11]))
            let targets = program.addInput("targets", ValueType([], element: .int32))
            let weights = program.addInput("weights", ValueType([]))
            program.beginSegment("step")
            let logits = try network(&program, image)
            program.addOutput(
                "loss",
                try program.apply(.softmaxCrossEntropy(labelSmoothing: 0), logits, targets, weights)
            )
            program = try program.differentiated(losses: ["loss"])
        }
    }
}

extension Program {
    /// A stem and two residual blocks, of which the second halves the size, to four logits.
    ///
    /// A bias before a normalization would cancel: its derivative is nothing but rounding.
    fileprivate mutating func residualNetwork(
        _ image: Value, _ statistics: Program.Operation.BatchNormalization.Statistics
    ) throws -> Value {
        let stem = try convolve(
            image, "stem", filters: 5, kernelSize: 3, padding: 1, hasBias: false)
        let narrow = try normalize(stem, "stem.bn", statistics, activation: .relu)
        let first = try convolve(
            narrow, "first", filters: 5, kernelSize: 3, padding: 1, hasBias: false)
        let normalized = try normalize(first, "first.bn", statistics)
        let block = try apply(.relu, try apply(.add, normalized, narrow))
        let halved = try apply(
            .maxPooling(.init(kernelSize: 1, stride: 2, rounding: .ceiling)), block)
        let second = try convolve(
            halved, "second", filters: 12, kernelSize: 3, padding: 1, hasBias: false)
        let wide = try normalize(second, "second.bn", statistics)
        let shortcut = Program.Operation.Shortcut(stride: 2, channelsBefore: 3, channelsAfter: 4)
        let sum = try apply(.relu, try apply(.add, wide, try apply(.shortcut(shortcut), block)))
        return try classify(try apply(.globalAveragePooling(), sum), "fc", classes: 4)
    }

    /// Convolutions around pooling and local response normalization, to four logits.
    fileprivate mutating func alexNetwork(_ image: Value) throws -> Value {
        let maps = try apply(
            .relu, try convolve(image, "conv1", filters: 10, kernelSize: 5, padding: 2))
        let pooled = try apply(
            .maxPooling(.init(kernelSize: 3, stride: 2, rounding: .ceiling)), maps)
        let normalized = try apply(
            .localResponseNormalization(.init(size: 3, alpha: 0.5, beta: 0.75, k: 2)), pooled)
        let deeper = try convolve(normalized, "conv2", filters: 17, kernelSize: 3, padding: 1)
        let averaged = try apply(
            .averagePooling(.init(kernelSize: 3, stride: 2, rounding: .ceiling)), deeper)
        return try classify(averaged, "fc", classes: 4)
    }
}
