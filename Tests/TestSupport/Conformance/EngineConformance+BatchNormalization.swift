package import BranchyCompute

/// One batch normalization of a small image.
struct BatchNormalizationSample: Sendable {
    var shape: Shape = [5, 3, 4]
    var epsilon: Float = 1e-5
    var activation: Program.Operation.Activation?

    private var name: String {
        "of \(shape)\(activation.map { " + " + $0.name } ?? ""), epsilon \(epsilon)"
    }

    /// As inference runs it.
    func givenCase(batchSize: Int = 2) -> ConformanceCase {
        ConformanceCase(
            "batch normalization \(name), batch \(batchSize)", batchSize: batchSize,
            adjust: { $0.makeVariancesPositive() }
        ) { program in
            let x = program.addInput("x", ValueType(shape))
            program.beginSegment("only")
            program.addOutput(
                "y",
                try program.normalize(x, "bn", .given, epsilon: epsilon, activation: activation))
        }
    }

    /// As training runs it: forward and gradient in one program, since only the engine can read
    /// its selection.
    ///
    /// - Parameter away: whether numbers stay away from where a ReLU cuts, so that of many thousands
    ///   none is cut by one engine and not by the other.
    func batchCase(batchSize: Int = 2, away: Bool = false) -> ConformanceCase {
        let name = "batch normalization with the batch's statistics \(name), batch \(batchSize)"
        return ConformanceCase(
            name, batchSize: batchSize, adjust: { if away { $0.leaveTheMean() } }
        ) { try build(&$0) }
    }

    func build(_ program: inout Program) throws {
        let normalization = Program.Operation.BatchNormalization(
            epsilon: epsilon, statistics: .batch, activation: activation)
        let channel = ValueType([shape[0]], isBatched: false)
        let x = program.addInput("x", ValueType(shape))
        let (weight, bias) = (program.addInput("w", channel), program.addInput("b", channel))
        let dy = program.addInput("dy", ValueType(shape))
        program.beginSegment("only")
        let results = try program.append(.batchNormalization(normalization), [x, weight, bias])
        let gradients = try program.append(
            .gradient(.batchNormalization(normalization)),
            [x, weight, results[1], results[2], dy] + results[3...])
        for (name, value) in zip(
            ["y", "mean", "variance", "dx", "dw", "db"], results[..<3] + gradients)
        {
            program.addOutput(name, value)
        }
    }

    fileprivate static var samples: [BatchNormalizationSample] {
        let shapes = EngineConformance.channelCounts.map { Shape([$0, 3, 4]) }
        return [nil, Program.Operation.Activation.relu].flatMap { activation in
            (shapes + [[5, 1, 1], [16, 8, 8], [1, 1, 7]]).map {
                BatchNormalizationSample(shape: $0, activation: activation)
            } + [BatchNormalizationSample(epsilon: 0.5, activation: activation)]
        }
    }
}

extension Program {
    /// A normalization with given statistics, its parameters named after it.
    package mutating func normalize(
        _ source: Value, _ name: String,
        _ statistics: Program.Operation.BatchNormalization.Statistics,
        epsilon: Float = 1e-5, activation: Program.Operation.Activation? = nil
    ) throws -> Value {
        let names = ["weight", "bias"] + (statistics == .given ? ["mean", "variance"] : [])
        let channels = type(of: source).shape[0]
        let parameters = names.map { addParameter("\(name).\($0)", [channels]) }
        let normalization = Program.Operation.BatchNormalization(
            epsilon: epsilon, statistics: statistics, activation: activation)
        return try append(.batchNormalization(normalization), [source] + parameters)[0]
    }
}

extension Feed {
    /// Moves elements by 1.5 to either side, and weights away from 0; shifts stay small.
    fileprivate mutating func leaveTheMean() {
        inputs["x"]?.withMutableScalars { scalars in
            for index in scalars.indices { scalars[index] += index % 3 == 0 ? -1.5 : 1.5 }
        }
        inputs["w"]?.withMutableScalars { scalars in
            for index in scalars.indices { scalars[index] += scalars[index] < 0 ? -1 : 1 }
        }
        inputs["b"]?.withMutableScalars { scalars in
            for index in scalars.indices { scalars[index] *= 1 / 16 }
        }
    }

    /// Brings random numbers for what is called "variance" or "running_var" to where a variance can
    /// be.
    package mutating func makeVariancesPositive() {
        func positive(_ tensor: Tensor) -> Tensor {
            Tensor(tensor.shape, tensor.scalars.map { $0.magnitude + 0.5 })
        }
        func isVariance(_ name: String) -> Bool {
            name.hasSuffix("variance") || name.hasSuffix("running_var")
        }
        for name in parameters.names where isVariance(name) {
            parameters[name] = parameters[name].map(positive)
        }
        for (name, tensor) in inputs where isVariance(name) { inputs[name] = positive(tensor) }
    }
}

extension EngineConformance {
    static let batchNormalizationCases: [ConformanceCase] =
        [literalGiven(.relu), literalGiven(nil)]
        + BatchNormalizationSample.samples.map { $0.givenCase() }
        + batchSizes.map { BatchNormalizationSample().givenCase(batchSize: $0) }

    static let batchNormalizationGradientCases: [ConformanceCase] =
        [literalBatch, literalBatchWithReLU, largeMean]
        + BatchNormalizationSample.samples.map { $0.batchCase() }
        + batchSizes.flatMap { batchSize in
            [nil, Program.Operation.Activation.relu].map {
                BatchNormalizationSample(activation: $0).batchCase(batchSize: batchSize)
            }
        }

    private static func literalGiven(_ activation: Program.Operation.Activation?) -> ConformanceCase
    {
        ConformanceCase(
            "batch normalization by hand\(activation == nil ? "" : " + relu")",
            numbers: [
                "x": [1, 3, 5, 7], "bn.weight": [2, 1], "bn.bias": [1, -1], "bn.mean": [1, 6],
                "bn.variance": [3, 0],
            ],
            // Deviations of √(3 + 1) and √(0 + 1).
            expected: ["y": activation == nil ? [1, 3, -2, 0] : [1, 3, 0, 0]]
        ) { program in
            let x = program.addInput("x", ValueType([2, 1, 2]))
            program.beginSegment("only")
            program.addOutput(
                "y",
                try program.normalize(x, "bn", .given, epsilon: 1, activation: activation))
        }
    }

    /// A mean of 3 and a variance of 4, so a deviation of √(4 + 5).
    private static let literalBatch = ConformanceCase(
        "batch normalization with the batch's statistics by hand", batchSize: 2,
        numbers: ["x": [1, 1, 5, 5], "w": [3], "b": [1], "dy": [1, 2, 3, 4]],
        expected: [
            "y": [-1, -1, 3, 3], "mean": [3], "variance": [4],
            // dy − 10/4 − x̂ · (8/3)/4, where x̂ = ∓2/3.
            "dx": [-1.055_555_6, -0.055_555_6, 0.055_555_6, 1.055_555_6], "dw": [8 / 3],
            "db": [10],
        ]
    ) { try BatchNormalizationSample(shape: [1, 1, 2], epsilon: 5).build(&$0) }

    /// The same, of which the first sample is cut off.
    private static let literalBatchWithReLU = ConformanceCase(
        "batch normalization with the batch's statistics + relu by hand", batchSize: 2,
        numbers: ["x": [1, 1, 5, 5], "w": [3], "b": [1], "dy": [1, 2, 3, 4]],
        expected: [
            "y": [0, 0, 3, 3], "mean": [3], "variance": [4],
            // dy − 7/4 − x̂ · (14/3)/4, where dy of the first sample is 0.
            "dx": [-0.972_222_2, -0.972_222_2, 0.472_222_2, 1.472_222_2], "dw": [14 / 3],
            "db": [7],
        ]
    ) {
        try BatchNormalizationSample(shape: [1, 1, 2], epsilon: 5, activation: .relu).build(&$0)
    }

    /// Where a variance is found as a mean of squares less a square of the mean, nothing is left
    /// of it: in single precision 4096² + 1 is 4096².
    private static let largeMean = ConformanceCase(
        "batch normalization of small differences from a large mean", batchSize: 2,
        numbers: ["x": [4095, 4097, 4097, 4095], "w": [1], "b": [0], "dy": [1, 0, 0, 0]],
        expected: [
            "y": [-0.5, 0.5, 0.5, -0.5], "mean": [4096], "variance": [1],
            // (dy − 1/4 − x̂ · (−1/2)/4) / 2, where x̂ = ∓1/2.
            "dx": [0.343_75, -0.093_75, -0.093_75, -0.156_25], "dw": [-0.5], "db": [1],
        ]
    ) { try BatchNormalizationSample(shape: [1, 1, 2], epsilon: 3).build(&$0) }
}
