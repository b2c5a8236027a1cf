import BranchyCompute

extension EngineConformance {
    /// One program that computes a loss and the gradients of all parameters, which are inputs.
    static let trainingStepCases: [ConformanceCase] = batchSizes.map { batchSize in
        ConformanceCase("a training step, batch \(batchSize)", batchSize: batchSize) { program in
            let step = try TrainingStep(&program)
            try step.addGradients(to: &program)
        }
    }

    /// Convolution, pooling, relu, linear and loss, with all that the gradients need.
    private struct TrainingStep {
        let pooling = Program.Operation.Pooling(
            kernelSize: 2, stride: 2, rounding: .ceiling, recordsSelection: true)
        let convolution = Program.Operation.Convolution(padding: 1)
        let image, convolutionWeight, linearWeight: Program.Value
        let maps, selection, positive, features: Program.Value
        /// Logits, targets and weights.
        let loss: [Program.Value]

        init(_ program: inout Program) throws {
            image = program.addInput("image", ValueType([3, 7, 6]))
            convolutionWeight = program.addInput(
                "conv.weight", ValueType([10, 3, 3, 3], isBatched: false))
            let convolutionBias = program.addInput("conv.bias", ValueType([10], isBatched: false))
            linearWeight = program.addInput("fc.weight", ValueType([4, 120], isBatched: false))
            let linearBias = program.addInput("fc.bias", ValueType([4], isBatched: false))
            let targets = program.addInput("targets", ValueType([], element: .int32))
            let weights = program.addInput("weights", ValueType([]))
            program.beginSegment("step")
            maps = try program.apply(
                .convolution(convolution), image, convolutionWeight, convolutionBias)
            let pooled = try program.append(.maxPooling(pooling), [maps])
            selection = pooled[1]
            positive = try program.apply(.relu, pooled[0])
            features = try program.apply(.flatten, positive)
            let logits = try program.apply(
                .linear(.init()), features, linearWeight, linearBias)
            loss = [logits, targets, weights]
            program.addOutput("logits", logits)
            program.addOutput(
                "loss", try program.append(.softmaxCrossEntropy(labelSmoothing: 0), loss)[0])
        }

        func addGradients(to program: inout Program) throws {
            let logits = try program.append(
                .gradient(.softmaxCrossEntropy(labelSmoothing: 0)), loss)[0]
            let linear = try program.append(
                .gradient(.linearParameters(.init(), hasBias: true)), [features, logits])
            let flat = try program.apply(
                .gradient(.linearSource(.init())), logits, linearWeight)
            let shape = program.type(of: positive).shape
            let folded = try program.apply(.gradient(.flatten(source: shape)), flat)
            let pooled = try program.apply(.gradient(.relu), positive, folded)
            let scattered = try program.apply(
                .gradient(.maxPooling(pooling, source: program.type(of: maps).shape)),
                selection, pooled)
            let parameters = try program.append(
                .gradient(.convolutionParameters(convolution, kernelSize: 3, hasBias: true)),
                [image, scattered])
            program.addOutput("fc.weight", linear[0])
            program.addOutput("fc.bias", linear[1])
            program.addOutput("conv.weight", parameters[0])
            program.addOutput("conv.bias", parameters[1])
        }
    }
}
