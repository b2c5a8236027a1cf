import BranchyCompute

extension PoolingSample {
    func averageCase(batchSize: Int = 2) -> ConformanceCase {
        ConformanceCase("average pooling \(name), batch \(batchSize)", batchSize: batchSize) {
            program in
            let x = program.addInput("x", ValueType([channels, height, width]))
            program.beginSegment("only")
            program.addOutput("y", try program.apply(.averagePooling(pooling), x))
        }
    }

    func averageGradientCase(batchSize: Int = 2) -> ConformanceCase {
        let name = "average pooling gradient \(name), batch \(batchSize)"
        return ConformanceCase(name, batchSize: batchSize) { program in
            let source = ValueType([channels, height, width])
            let dy = program.addInput(
                "dy", try Program.Operation.averagePooling(pooling).resultTypes(for: [source])[0])
            program.beginSegment("only")
            let gradient = Program.Operation.Gradient.averagePooling(pooling, source: source.shape)
            program.addOutput("dx", try program.apply(.gradient(gradient), dy))
        }
    }

    /// Those of all samples that differ in more than how a maximum is found.
    fileprivate static var averageSamples: [PoolingSample] {
        samples
            + EngineConformance.channelCounts.map {
                PoolingSample(
                    channels: $0,
                    pooling: Program.Operation.Pooling(kernelSize: 2, stride: 2, rounding: .ceiling)
                )
            }
            + [
                // One window over a source that is smaller than it, and over one of its size.
                PoolingSample(
                    height: 2, width: 1,
                    pooling: Program.Operation.Pooling(kernelSize: 3, stride: 2, rounding: .ceiling)
                ),
                PoolingSample(
                    height: 6, width: 6,
                    pooling: Program.Operation.Pooling(kernelSize: 6, stride: 1)),
                PoolingSample(
                    height: 2, width: 3,
                    pooling: Program.Operation.Pooling(kernelSize: 1, stride: 1)),
            ]
    }
}

extension EngineConformance {
    static let averagePoolingCases: [ConformanceCase] =
        [literalAveragePooling, literalGlobalAverage]
        + PoolingSample.averageSamples.map { $0.averageCase() }
        + batchSizes.map {
            PoolingSample(pooling: Program.Operation.Pooling(kernelSize: 3, stride: 2))
                .averageCase(batchSize: $0)
        }
        + globalShapes.map { shape in
            ConformanceCase("global average pooling of \(shape)") { program in
                let x = program.addInput("x", ValueType(shape))
                program.beginSegment("only")
                program.addOutput("y", try program.apply(.globalAveragePooling(), x))
            }
        }

    static let averagePoolingGradientCases: [ConformanceCase] =
        [literalAverageGradient, literalGlobalAverageGradient]
        + PoolingSample.averageSamples.map { $0.averageGradientCase() }
        + batchSizes.map {
            PoolingSample(pooling: Program.Operation.Pooling(kernelSize: 3, stride: 2))
                .averageGradientCase(batchSize: $0)
        }
        + globalShapes.map { shape in
            ConformanceCase("global average pooling gradient of \(shape)") { program in
                let dy = program.addInput("dy", ValueType([shape[0]]))
                program.beginSegment("only")
                program.addOutput(
                    "dx", try program.apply(.gradient(.globalAveragePooling(source: shape)), dy))
            }
        }

    private static let globalShapes: [Shape] =
        channelCounts.map { [$0, 3, 5] } + [[5, 1, 1], [64, 8, 8]]

    private static let halves = Program.Operation.Pooling(
        kernelSize: 2, stride: 2, rounding: .ceiling)

    private static let literalAveragePooling = ConformanceCase(
        "average pooling by hand: windows over the edge average what they cover",
        numbers: ["x": [1, 2, 9, 4, 3, 0, 7, 7, 5]],
        expected: ["floor": [2.5], "ceiling": [2.5, 4.5, 7, 5]]
    ) { program in
        let x = program.addInput("x", ValueType([1, 3, 3]))
        program.beginSegment("only")
        for rounding in [Program.Operation.Pooling.Rounding.floor, .ceiling] {
            let pooling = Program.Operation.Pooling(kernelSize: 2, stride: 2, rounding: rounding)
            program.addOutput(rounding.rawValue, try program.apply(.averagePooling(pooling), x))
        }
    }

    private static let literalAverageGradient = ConformanceCase(
        "average pooling gradient by hand: windows over the edge share among what they cover",
        numbers: ["dy": [4, 6, 8, 10]],
        expected: ["dx": [1, 1, 3, 1, 1, 3, 4, 4, 10]]
    ) { program in
        let dy = program.addInput("dy", ValueType([1, 2, 2]))
        program.beginSegment("only")
        let gradient = Program.Operation.Gradient.averagePooling(halves, source: [1, 3, 3])
        program.addOutput("dx", try program.apply(.gradient(gradient), dy))
    }

    private static let literalGlobalAverage = ConformanceCase(
        "global average pooling by hand",
        numbers: ["x": [1, 2, 3, 6, -1, -1, -1, -5]], expected: ["y": [3, -2]]
    ) { program in
        let x = program.addInput("x", ValueType([2, 2, 2]))
        program.beginSegment("only")
        program.addOutput("y", try program.apply(.globalAveragePooling(), x))
    }

    private static let literalGlobalAverageGradient = ConformanceCase(
        "global average pooling gradient by hand",
        numbers: ["dy": [4, -8]], expected: ["dx": [1, 1, 1, 1, -2, -2, -2, -2]]
    ) { program in
        let dy = program.addInput("dy", ValueType([2]))
        program.beginSegment("only")
        program.addOutput(
            "dx", try program.apply(.gradient(.globalAveragePooling(source: [2, 2, 2])), dy))
    }
}
