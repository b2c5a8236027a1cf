import BranchyCompute

/// An activation, and what PyTorch 2.13 makes of ten numbers.
struct ActivationSample: Sendable {
    let activation: Program.Operation.Activation
    fileprivate let values: [Float]
    fileprivate let derivatives: [Float]

    fileprivate static let numbers: [Float] = [-4, -3, -1, -0.5, 0, 0.5, 2, 3, 6, 7]

    /// All but ReLU, which the other cases are about.
    static let all = [
        ActivationSample(
            activation: .clip(minimum: 0, maximum: 6), values: [0, 0, 0, 0, 0, 0.5, 2, 3, 6, 6],
            derivatives: [0, 0, 0, 0, 0, 1, 1, 1, 0, 0]),
        ActivationSample(
            activation: .clip(minimum: -0.75, maximum: 1.5),
            values: [-0.75, -0.75, -0.75, -0.5, 0, 0.5, 1.5, 1.5, 1.5, 1.5],
            derivatives: [0, 0, 0, 1, 1, 1, 0, 0, 0, 0]),
        ActivationSample(
            activation: .clip(minimum: -.infinity, maximum: 1.5),
            values: [-4, -3, -1, -0.5, 0, 0.5, 1.5, 1.5, 1.5, 1.5],
            derivatives: [1, 1, 1, 1, 1, 1, 0, 0, 0, 0]),
        ActivationSample(
            activation: .clip(minimum: 1, maximum: .infinity),
            values: [1, 1, 1, 1, 1, 1, 2, 3, 6, 7],
            derivatives: [0, 0, 0, 0, 0, 0, 1, 1, 1, 1]),
        ActivationSample(
            activation: .sigmoid,
            values: [
                0.017_986_21, 0.047_425_87, 0.268_941_43, 0.377_540_68, 0.5, 0.622_459_35,
                0.880_797_03, 0.952_574_13, 0.997_527_42, 0.999_089,
            ],
            derivatives: [
                0.017_662_71, 0.045_176_66, 0.196_611_94, 0.235_003_71, 0.25, 0.235_003_71,
                0.104_993_63, 0.045_176_66, 0.002_466_47, 0.000_910_17,
            ]),
        ActivationSample(
            activation: .hardSigmoid,
            values: [
                0, 0, 0.333_333_34, 0.416_666_66, 0.5, 0.583_333_31, 0.833_333_31, 1, 1, 1,
            ],
            derivatives: [
                0, 0, 0.166_666_67, 0.166_666_67, 0.166_666_67, 0.166_666_67, 0.166_666_67, 0, 0, 0,
            ]),
        ActivationSample(
            activation: .hardSwish,
            values: [
                0, 0, -0.333_333_34, -0.208_333_33, 0, 0.291_666_66, 1.666_666_63, 3, 6, 7,
            ],
            derivatives: [
                0, 0, 0.166_666_66, 0.333_333_31, 0.5, 0.666_666_69, 1.166_666_75, 1, 1, 1,
            ]),
        ActivationSample(
            activation: .silu,
            values: [
                -0.071_944_84, -0.142_277_61, -0.268_941_43, -0.188_770_34, 0, 0.311_229_68,
                1.761_594_06, 2.857_722_52, 5.985_164_64, 6.993_622_78,
            ],
            derivatives: [
                -0.052_664_61, -0.088_104_11, 0.072_329_48, 0.260_038_82, 0.5, 0.739_961_21,
                1.090_784_31, 1.088_104_13, 1.012_326_24, 1.005_460_14,
            ]),
        ActivationSample(
            activation: .gelu,
            values: [
                -0.000_126_48, -0.004_050_23, -0.158_655_26, -0.154_268_77, 0, 0.345_731_23,
                1.954_499_72, 2.995_949_75, 6, 7,
            ],
            derivatives: [
                -0.000_503_63, -0.011_945_61, -0.083_315_43, 0.132_504_91, 0.5, 0.867_495_06,
                1.085_231_9, 1.011_945_61, 1, 1,
            ]),
        ActivationSample(
            activation: .geluTanh,
            values: [
                -7.021e-05, -0.003_637_43, -0.158_807_99, -0.154_286, 0, 0.345_714,
                1.954_597_71, 2.996_362_69, 6, 7,
            ],
            derivatives: [
                -0.000_334_97, -0.011_584_3, -0.082_964_09, 0.132_630_11, 0.5, 0.867_369_89,
                1.086_099_27, 1.011_584_28, 1, 1,
            ]),
    ]

    fileprivate var literal: ConformanceCase {
        ConformanceCase(
            "\(activation.name) by hand", numbers: ["x": Self.numbers], expected: ["y": values]
        ) { program in
            let x = program.addInput("x", ValueType([Self.numbers.count]))
            program.beginSegment("only")
            program.addOutput("y", try program.apply(.activation(activation), x))
        }
    }

    fileprivate var literalGradient: ConformanceCase {
        let known = activation.derivativeOperand == .source ? Self.numbers : values
        return ConformanceCase(
            "\(activation.name) gradient by hand",
            numbers: ["known": known, "dy": known.map { _ in 1 }],
            expected: ["dx": derivatives]
        ) { program in
            let x = program.addInput("known", ValueType([Self.numbers.count]))
            let dy = program.addInput("dy", ValueType([Self.numbers.count]))
            program.beginSegment("only")
            program.addOutput("dx", try program.apply(.gradient(.activation(activation)), x, dy))
        }
    }

    /// Alone, of numbers on both sides of where it bends.
    func forward(_ shape: Shape, batchSize: Int = 2) -> ConformanceCase {
        ConformanceCase(
            "\(activation.name) of \(shape), batch \(batchSize)", batchSize: batchSize,
            adjust: { $0.spread() }
        ) { program in
            let x = program.addInput("x", ValueType(shape))
            program.beginSegment("only")
            program.addOutput("y", try program.apply(.activation(activation), x))
        }
    }

    func gradient(_ shape: Shape, batchSize: Int = 2) -> ConformanceCase {
        ConformanceCase(
            "\(activation.name) and its gradient of \(shape), batch \(batchSize)",
            batchSize: batchSize, adjust: { $0.spread() }
        ) { program in
            let x = program.addInput("x", ValueType(shape))
            let dy = program.addInput("dy", ValueType(shape))
            program.beginSegment("only")
            let y = try program.apply(.activation(activation), x)
            let known = activation.derivativeOperand == .source ? x : y
            program.addOutput(
                "dx", try program.apply(.gradient(.activation(activation)), known, dy))
        }
    }

    fileprivate var alone: [ConformanceCase] {
        [
            literal, forward([17]), forward([5, 3, 3]), forward([16, 4, 4]),
            forward([1], batchSize: 1),
        ]
    }

    fileprivate var gradients: [ConformanceCase] {
        [
            literalGradient, gradient([17]), gradient([5, 3, 3], batchSize: 7),
            gradient([16, 4, 4]),
        ]
    }

    /// Applied by each operation that can, of channels that fill a block and that do not.
    fileprivate var fused: [ConformanceCase] {
        let convolutions = [
            ConvolutionSample(padding: 1, activation: activation),
            ConvolutionSample(channels: 16, filters: 16, kernelSize: 1, activation: activation),
            ConvolutionSample(
                channels: 17, filters: 17, padding: 1, groups: 17, hasBias: false,
                activation: activation),
            ConvolutionSample(
                channels: 16, filters: 24, padding: 1, activation: activation, height: 9, width: 9),
        ].map { $0.conformanceCase(adjust: { $0.spread() }) }
        let pooling = PoolingSample(
            channels: 17,
            pooling: .init(kernelSize: 2, stride: 2, rounding: .ceiling, activation: activation)
        ).conformanceCase(adjust: { $0.spread() })
        let linear = LinearSample(activation: activation).conformanceCase()
        let normalizations = [5, 16].map {
            BatchNormalizationSample(shape: [$0, 3, 4], activation: activation).givenCase()
        }
        return convolutions + [pooling, linear] + normalizations
    }
}

extension Feed {
    /// Inputs of eight times the size: to where activations bend and saturate.
    fileprivate mutating func spread() {
        inputs = inputs.mapValues { Tensor($0.shape, $0.scalars.map { 8 * $0 }) }
    }
}

extension EngineConformance {
    static let activationCases: [ConformanceCase] = ActivationSample.all.flatMap {
        $0.alone + $0.fused
    }

    static let activationGradientCases: [ConformanceCase] =
        ActivationSample.all.flatMap { $0.gradients } + selectingNormalizations
        + givenNormalizations

    /// A selection has to record what each passes.
    private static let selectingNormalizations: [ConformanceCase] =
        ActivationSample.all.filter(\.activation.selects).map {
            BatchNormalizationSample(shape: [17, 3, 4], activation: $0.activation).batchCase()
        }

    private static let givenNormalizations: [ConformanceCase] =
        [literalGivenGradient]
        + [5, 16, 24].map { BatchNormalizationSample(shape: [$0, 5, 3]).givenGradientCase() }
        + batchSizes.map { BatchNormalizationSample().givenGradientCase(batchSize: $0) }

    /// A mean of 3 and a variance of 4, so a deviation of √(4 + 5): constants, not the batch's.
    private static let literalGivenGradient = ConformanceCase(
        "batch normalization gradient with given statistics by hand", batchSize: 2,
        numbers: [
            "x": [0, 3, 6, 9], "w": [1.5], "mean": [3], "variance": [4], "dy": [1, 2, 3, 4],
        ],
        expected: ["dx": [0.5, 1, 1.5, 2], "dw": [10], "db": [10]]
    ) { try BatchNormalizationSample(shape: [1, 1, 2], epsilon: 5).buildGivenGradient(&$0) }
}

extension BatchNormalizationSample {
    /// As the training of a frozen network runs it: statistics are constants.
    func givenGradientCase(batchSize: Int = 2) -> ConformanceCase {
        ConformanceCase(
            "batch normalization gradient with given statistics of \(shape), batch \(batchSize)",
            batchSize: batchSize, adjust: { $0.makeVariancesPositive() }
        ) { try buildGivenGradient(&$0) }
    }

    fileprivate func buildGivenGradient(_ program: inout Program) throws {
        let normalization = Program.Operation.BatchNormalization(
            epsilon: epsilon, statistics: .given)
        let channel = ValueType([shape[0]], isBatched: false)
        let x = program.addInput("x", ValueType(shape))
        let weight = program.addInput("w", channel)
        let mean = program.addParameter("mean", [shape[0]])
        let variance = program.addParameter("variance", [shape[0]])
        let dy = program.addInput("dy", ValueType(shape))
        program.beginSegment("only")
        let gradients = try program.append(
            .gradient(.batchNormalization(normalization)), [x, weight, mean, variance, dy])
        for (name, value) in zip(["dx", "dw", "db"], gradients) { program.addOutput(name, value) }
    }
}
