import BranchyCompute

extension PoolingSample {
    /// Windows of any shape over padding of any side, of sizes rounded down and up; and channels that
    /// fill blocks or do not.
    static let padded: [PoolingSample] =
        windows.flatMap { padded($0, $1, $2) }
        + [3, 16, 17, 24, 40].flatMap { padded(channels: $0) }

    private static func padded(
        _ kernelSize: Extent2D, _ stride: Extent2D, _ padding: Padding2D
    ) -> [PoolingSample] {
        [Program.Operation.Pooling.Rounding.floor, .ceiling].map { rounding in
            PoolingSample(
                pooling: .init(
                    kernelSize: kernelSize, stride: stride, padding: padding, rounding: rounding))
        }
    }

    private static func padded(channels: Int) -> [PoolingSample] {
        [1, 2].map { stride in
            PoolingSample(
                channels: channels,
                pooling: .init(kernelSize: 3, stride: Extent2D(stride), padding: 1))
        }
    }

    private static let windows: [(Extent2D, Extent2D, Padding2D)] = [
        (3, 2, 1), (3, 1, 1), (2, 2, 1), (5, 3, 2),
        (Extent2D(height: 1, width: 3), 2, Padding2D(Extent2D(height: 0, width: 1))),
        (Extent2D(height: 3, width: 2), Extent2D(height: 3, width: 1), 0),
        (3, 2, Padding2D(top: 0, left: 0, bottom: 1, right: 1)),
        (3, Extent2D(height: 1, width: 2), Padding2D(top: 2, left: 1, bottom: 0, right: 1)),
        (Extent2D(height: 4, width: 3), 3, Padding2D(top: 1, left: 2, bottom: 3, right: 0)),
    ]

    /// The same, with means that count padding.
    var counted: PoolingSample {
        var sample = self
        sample.pooling.countsPadding = true
        return sample
    }

    fileprivate var allCases: [ConformanceCase] {
        [conformanceCase(), averageCase(), counted.averageCase()]
    }

    fileprivate var allGradientCases: [ConformanceCase] {
        [gradientCase(), averageGradientCase(), counted.averageGradientCase()]
    }
}

extension EngineConformance {
    static let paddedPoolingCases: [ConformanceCase] =
        literalPaddedPoolings + PoolingSample.padded.flatMap { $0.allCases }
        + PoolingSample(height: 1, width: 1, pooling: padded).allCases
        + batchSizes.map { PoolingSample(pooling: padded).conformanceCase(batchSize: $0) }
        + [
            PoolingSample(
                pooling: .init(kernelSize: 3, stride: 2, padding: 1, activation: .relu)
            ).conformanceCase()
        ] + keptShapes.map { keptMean(of: $0) }

    private static let padded = Program.Operation.Pooling(kernelSize: 3, stride: 2, padding: 1)

    static func keptMean(of shape: Shape, batchSize: Int = 2) -> ConformanceCase {
        ConformanceCase(
            "global average pooling of \(shape) to one pixel, batch \(batchSize)",
            batchSize: batchSize
        ) { program in
            let x = program.addInput("x", ValueType(shape))
            program.beginSegment("only")
            let mean = try program.apply(.globalAveragePooling(keepsDimensions: true), x)
            program.addOutput("y", mean)
        }
    }

    static let paddedPoolingGradientCases: [ConformanceCase] =
        literalPaddedGradients + PoolingSample.padded.flatMap { $0.allGradientCases }
        + keptShapes.map { keptMeanGradient(of: $0) }

    static func keptMeanGradient(of shape: Shape, batchSize: Int = 2) -> ConformanceCase {
        ConformanceCase(
            "global average pooling gradient of \(shape) from one pixel, batch \(batchSize)",
            batchSize: batchSize
        ) { program in
            let dy = program.addInput("dy", ValueType([shape[0], 1, 1]))
            program.beginSegment("only")
            let gradient = Program.Operation.Gradient.globalAveragePooling(
                source: shape, keepsDimensions: true)
            program.addOutput("dx", try program.apply(.gradient(gradient), dy))
        }
    }

    private static let keptShapes: [Shape] = [[1, 3, 5], [16, 4, 4], [17, 3, 2], [40, 7, 7]]

    /// A number of each kind: 1, 2, 9, 4, 3, 0, 7, 7, 5, -2, -3, -4, -6, -8, -1, -5 less 10, all
    /// below 0, so that a zero from the padding would be the largest.
    private static let numbers: [Float] = [
        -9, -8, -1, -6, -7, -10, -3, -3, -5, -12, -13, -14, -16, -18, -11, -15,
    ]

    /// Results are PyTorch 2.13's.
    private static let literalPaddedPoolings: [ConformanceCase] = [
        literal(
            kernelSize: 3, padding: 1, .floor, maximum: [-7, -1, -5, -3],
            mean: [-8.5, -5.166_666_5, -11.333_333, -11],
            counted: [-3.777_777_7, -3.444_444_4, -7.555_555_3, -11]),
        literal(
            kernelSize: 3, padding: 1, .ceiling, maximum: [-7, -1, -3, -5, -3, -3, -16, -11, -15],
            mean: [
                -8.5, -5.166_666_5, -4.5, -11.333_333, -11, -10.666_667, -17, -14.666_667, -15,
            ],
            counted: [
                -3.777_777_7, -3.444_444_4, -1.5, -7.555_555_3, -11, -5.333_333_5, -5.666_666_5,
                -7.333_333_5, -3.75,
            ]),
        literal(
            kernelSize: Extent2D(height: 2, width: 3), stride: Extent2D(height: 3, width: 2),
            padding: Padding2D(Extent2D(height: 1, width: 0)), .ceiling,
            maximum: [-1, -1, -5, -11], mean: [-6, -3.5, -12.5, -13.25],
            counted: [-3, -1.75, -12.5, -13.25]),
    ]

    private static func literal(
        kernelSize: Extent2D, stride: Extent2D = 2, padding: Padding2D,
        _ rounding: Program.Operation.Pooling.Rounding, maximum: [Float], mean: [Float],
        counted: [Float]
    ) -> ConformanceCase {
        ConformanceCase(
            "pooling by hand of negative numbers over padding, \(kernelSize), \(rounding)",
            numbers: ["x": numbers],
            expected: ["maximum": maximum, "mean": mean, "counted": counted]
        ) { program in
            let x = program.addInput("x", ValueType([1, 4, 4]))
            program.beginSegment("only")
            var pooling = Program.Operation.Pooling(
                kernelSize: kernelSize, stride: stride, padding: padding, rounding: rounding)
            program.addOutput("maximum", try program.apply(.maxPooling(pooling), x))
            program.addOutput("mean", try program.apply(.averagePooling(pooling), x))
            pooling.countsPadding = true
            program.addOutput("counted", try program.apply(.averagePooling(pooling), x))
        }
    }

    /// Derivatives are PyTorch 2.13's. The last windows reach beyond the padding too.
    private static let literalPaddedGradients: [ConformanceCase] = [false, true].map { counts in
        ConformanceCase(
            "average pooling gradient by hand over padding, \(counts ? "" : "not ")counted",
            numbers: ["dy": (1...9).map(Float.init)],
            expected: [
                "dx": counts
                    ? [
                        0.111_111_11, 0.333_333_34, 0.222_222_22, 0.722_222_21, 0.555_555_55,
                        1.333_333_4, 0.777_777_79, 2.277_777_7, 0.444_444_45, 1, 0.555_555_55,
                        1.555_555_6, 1.611_111, 3.5, 1.888_889, 5.138_888_8,
                    ]
                    : [
                        0.25, 0.583_333_37, 0.333_333_34, 1.833_333_4, 0.916_666_7, 1.805_555_6,
                        0.888_888_96, 4.388_888_8, 0.666_666_7, 1.222_222_3, 0.555_555_6,
                        2.555_555_6, 4.166_666_5, 7.388_889_3, 3.222_222_3, 14.222_222,
                    ]
            ]
        ) { program in
            let dy = program.addInput("dy", ValueType([1, 3, 3]))
            program.beginSegment("only")
            let pooling = Program.Operation.Pooling(
                kernelSize: 3, stride: 2, padding: 1, rounding: .ceiling, countsPadding: counts)
            let gradient = Program.Operation.Gradient.averagePooling(pooling, source: [1, 4, 4])
            program.addOutput("dx", try program.apply(.gradient(gradient), dy))
        }
    }
}
