import BranchyCompute

extension ConvolutionSample {
    /// Both gradients, the weight once as a parameter and once as an input.
    func gradientCase(batchSize: Int = 2) -> ConformanceCase {
        let name = "convolution gradients \(name), batch \(batchSize)"
        return ConformanceCase(name, batchSize: batchSize) { program in
            let source = ValueType([channels, height, width])
            let weight = ValueType(weightShape, isBatched: false)
            let convolution = Program.Operation.Convolution(
                stride: stride, padding: padding, dilation: dilation, groups: groups)
            let result = try Program.Operation.convolution(convolution).resultTypes(for: [
                source, weight,
            ])
            let x = program.addInput("x", source)
            let w = program.addParameter("w", weightShape)
            let moving = program.addInput("moving w", weight)
            let dy = program.addInput("dy", result[0])
            program.beginSegment("only")
            let bySource = Program.Operation.Gradient.convolutionSource(
                convolution, source: source.shape)
            program.addOutput("dx", try program.apply(.gradient(bySource), dy, w))
            program.addOutput("moving dx", try program.apply(.gradient(bySource), dy, moving))
            let byParameters = Program.Operation.Gradient.convolutionParameters(
                convolution, kernelSize: kernelSize, hasBias: hasBias)
            let gradients = try program.append(.gradient(byParameters), [x, dy])
            for (name, gradient) in zip(["dw", "db"], gradients) {
                program.addOutput(name, gradient)
            }
        }
    }
}

extension LinearSample {
    /// Both gradients, the weight once as a parameter and once as an input.
    func gradientCase(batchSize: Int = 2) -> ConformanceCase {
        let name = "linear gradients \(name), batch \(batchSize)"
        return ConformanceCase(name, batchSize: batchSize) { program in
            let x = program.addInput("x", ValueType([inputs]))
            let w = program.addParameter("w", [outputs, inputs])
            let moving = program.addInput(
                "moving w", ValueType([outputs, inputs], isBatched: false))
            let dy = program.addInput("dy", ValueType([outputs]))
            program.beginSegment("only")
            let bySource = Program.Operation.gradient(.linearSource(.init()))
            program.addOutput("dx", try program.apply(bySource, dy, w))
            program.addOutput("moving dx", try program.apply(bySource, dy, moving))
            let byParameters = Program.Operation.Gradient.linearParameters(
                Program.Operation.Linear(), hasBias: hasBias)
            let gradients = try program.append(.gradient(byParameters), [x, dy])
            for (name, gradient) in zip(["dw", "db"], gradients) {
                program.addOutput(name, gradient)
            }
        }
    }
}

extension PoolingSample {
    /// Forward and gradient in one program, since only the engine can read its selection.
    func gradientCase(batchSize: Int = 2) -> ConformanceCase {
        let name = "max pooling gradient \(name), batch \(batchSize)"
        return ConformanceCase(name, batchSize: batchSize) { program in
            let source = ValueType([channels, height, width])
            let x = program.addInput("x", source)
            let dy = program.addInput(
                "dy", try Program.Operation.maxPooling(pooling).resultTypes(for: [source])[0])
            program.beginSegment("only")
            try program.addPooling(pooling, of: x, dy)
        }
    }
}

extension Program {
    fileprivate mutating func addPooling(
        _ pooling: Program.Operation.Pooling, of x: Value, _ dy: Value
    )
        throws
    {
        var pooling = pooling
        pooling.recordsSelection = true
        let results = try append(.maxPooling(pooling), [x])
        addOutput("y", results[0])
        let gradient = Program.Operation.Gradient.maxPooling(pooling, source: type(of: x).shape)
        addOutput("dx", try apply(.gradient(gradient), results[1], dy))
    }
}

extension EngineConformance {
    static let convolutionGradientCases: [ConformanceCase] =
        ConvolutionSample.geometries.map { $0.gradientCase() }
        + [0, 1, 3].flatMap { ConvolutionSample.channelPairs(distance: $0) }
        .map { $0.gradientCase() }
        + batchSizes.map { ConvolutionSample(filters: 17, padding: 1).gradientCase(batchSize: $0) }
        + ConvolutionSample.found.map { $0.sample.gradientCase(batchSize: $0.batchSize) }

    static let linearGradientCases: [ConformanceCase] =
        LinearSample.samples.filter { $0.activation == nil || !$0.hasBias }
        .map { $0.gradientCase() }
        + batchSizes.map { LinearSample().gradientCase(batchSize: $0) }

    static let poolingGradientCases: [ConformanceCase] =
        PoolingSample.samples.map { $0.gradientCase() }
        + batchSizes.map {
            PoolingSample(pooling: Program.Operation.Pooling(kernelSize: 3, stride: 2))
                .gradientCase(
                    batchSize: $0)
        }
        + channelCounts.map {
            PoolingSample(
                channels: $0,
                pooling: Program.Operation.Pooling(kernelSize: 2, stride: 2, rounding: .ceiling)
            ).gradientCase()
        }
        + [
            // Behind a relu whole windows are zero, so training meets this in every step.
            ConformanceCase(
                "max pooling gradient by hand: the first of equal elements gets it",
                numbers: ["x": [0, 0, 7, 0, 0, 7, 5, 5, 7], "dy": [1, 10, 100, 1000]],
                expected: ["y": [0, 7, 5, 7], "dx": [1, 0, 10, 0, 0, 1000, 100, 0, 0]]
            ) { program in
                let x = program.addInput("x", ValueType([1, 3, 3]))
                let dy = program.addInput("dy", ValueType([1, 2, 2]))
                program.beginSegment("only")
                try program.addPooling(
                    Program.Operation.Pooling(kernelSize: 2, stride: 1), of: x, dy)
            }
        ]

    static let elementwiseGradientCases: [ConformanceCase] = [
        ConformanceCase(
            "relu gradient by hand: nothing passes at zero",
            numbers: ["y": [0, 1, -0.0, 1e-30], "dy": [1, 2, 3, 4]],
            expected: ["dx": [0, 2, 0, 4]]
        ) { program in
            let y = program.addInput("y", ValueType([4]))
            let dy = program.addInput("dy", ValueType([4]))
            program.beginSegment("only")
            program.addOutput("dx", try program.apply(.gradient(.relu), y, dy))
        },
        ConformanceCase("relu and its gradient") { program in
            let x = program.addInput("x", ValueType([5, 3, 3]))
            let dy = program.addInput("dy", ValueType([5, 3, 3]))
            program.beginSegment("only")
            let y = try program.apply(.relu, x)
            program.addOutput("dx", try program.apply(.gradient(.relu), y, dy))
        },
        ConformanceCase("flatten gradient") { program in
            let dy = program.addInput("dy", ValueType([30]))
            program.beginSegment("only")
            let gradient = Program.Operation.Gradient.flatten(source: [5, 3, 2])
            program.addOutput("dx", try program.apply(.gradient(gradient), dy))
        },
        ConformanceCase("a sum of two gradients of one parameter") { program in
            let x = program.addInput("x", ValueType([5]))
            let (left, right) = (
                program.addInput("left", ValueType([3])), program.addInput("right", ValueType([3]))
            )
            program.beginSegment("only")
            let gradient = Program.Operation.gradient(.linearParameters(.init(), hasBias: true))
            let first = try program.append(gradient, [x, left])
            let second = try program.append(gradient, [x, right])
            program.addOutput("dw", try program.apply(.add, first[0], second[0]))
            program.addOutput("db", try program.apply(.add, first[1], second[1]))
        },
    ]
}
