import BranchyCompute

/// One pooling of a small image.
struct PoolingSample: Sendable {
    var channels = 5
    var height = 7
    var width = 6
    var pooling: Program.Operation.Pooling

    var name: String {
        "\(channels)x\(height)x\(width), kernel \(pooling.kernelSize), stride \(pooling.stride), "
            + "padding (\(pooling.padding))\(pooling.countsPadding ? " counted" : ""), "
            + "\(pooling.rounding)\(pooling.activation.map { ", " + $0.name } ?? "")"
    }

    func conformanceCase(
        batchSize: Int = 2, adjust: @escaping @Sendable (inout Feed) -> Void = { _ in }
    ) -> ConformanceCase {
        ConformanceCase(
            "max pooling \(name), batch \(batchSize)", batchSize: batchSize, adjust: adjust
        ) { program in
            let x = program.addInput("x", ValueType([channels, height, width]))
            program.beginSegment("only")
            program.addOutput("y", try program.apply(.maxPooling(pooling), x))
        }
    }

    /// Kernels, strides and roundings on sizes that windows fit exactly, reach over and leave out.
    static var samples: [PoolingSample] {
        [2, 3].flatMap { kernelSize in
            (1...3).flatMap { stride in
                [Program.Operation.Pooling.Rounding.floor, .ceiling].flatMap { rounding in
                    [(4, 4), (5, 6), (7, 3), (8, 9)].map { height, width in
                        PoolingSample(
                            height: height, width: width,
                            pooling: Program.Operation.Pooling(
                                kernelSize: Extent2D(kernelSize), stride: Extent2D(stride),
                                rounding: rounding))
                    }
                }
            }
        }
    }
}

extension EngineConformance {
    static let poolingCases: [ConformanceCase] =
        [literalPooling, negativePooling]
        + PoolingSample.samples.map { $0.conformanceCase() }
        + channelCounts.flatMap { channels in
            [nil, Program.Operation.Activation.relu].map { activation in
                PoolingSample(
                    channels: channels,
                    pooling: Program.Operation.Pooling(
                        kernelSize: 2, stride: 2, rounding: .ceiling, activation: activation)
                ).conformanceCase()
            }
        }
        + batchSizes.map {
            PoolingSample(pooling: Program.Operation.Pooling(kernelSize: 3, stride: 2))
                .conformanceCase(
                    batchSize: $0)
        }
        + [
            // One window over a source that is smaller than it, and over one of its size.
            PoolingSample(
                height: 2, width: 1,
                pooling: Program.Operation.Pooling(kernelSize: 3, stride: 2, rounding: .ceiling)),
            PoolingSample(
                height: 3, width: 3, pooling: Program.Operation.Pooling(kernelSize: 3, stride: 2)),
            PoolingSample(
                height: 2, width: 3, pooling: Program.Operation.Pooling(kernelSize: 1, stride: 1)),
        ].map { $0.conformanceCase() }

    private static let literalPooling = ConformanceCase(
        "max pooling by hand, floor and ceiling",
        numbers: ["x": [1, 2, 9, 4, 3, 0, 7, 7, 5]],
        expected: ["floor": [4], "ceiling": [4, 9, 7, 5]]
    ) { program in
        let x = program.addInput("x", ValueType([1, 3, 3]))
        program.beginSegment("only")
        for rounding in [Program.Operation.Pooling.Rounding.floor, .ceiling] {
            let pooling = Program.Operation.Pooling(kernelSize: 2, stride: 2, rounding: rounding)
            program.addOutput(rounding.rawValue, try program.apply(.maxPooling(pooling), x))
        }
    }

    /// What lies beyond the edge must not win, though zero is larger than all there is.
    private static let negativePooling = ConformanceCase(
        "max pooling of negative numbers over the edge",
        numbers: ["x": [-1, -2, -9, -4, -3, -8, -7, -6, -5]],
        expected: ["y": [-1, -8, -6, -5], "cut": [0, 0, 0, 0]]
    ) { program in
        let x = program.addInput("x", ValueType([1, 3, 3]))
        program.beginSegment("only")
        var pooling = Program.Operation.Pooling(kernelSize: 2, stride: 2, rounding: .ceiling)
        program.addOutput("y", try program.apply(.maxPooling(pooling), x))
        pooling.activation = .relu
        program.addOutput("cut", try program.apply(.maxPooling(pooling), x))
    }
}
