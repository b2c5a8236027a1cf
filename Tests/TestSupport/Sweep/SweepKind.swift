import BranchyCompute

/// What is drawn: an operation, and how its sizes are.
enum SweepKind: CaseIterable {
    case convolution, pointwise, linear, flattened, maxPooling, averagePooling, globalAverage
    case batchNormalization, localResponse, shortcut, elementwise, loss

    /// The operation as inference runs it.
    func forward(_ draw: inout Draw) -> ConformanceCase {
        switch self {
        case .convolution:
            let sample = ConvolutionSample.drawn(&draw)
            return sample.0.conformanceCase(batchSize: sample.batchSize)
        case .pointwise:
            let sample = ConvolutionSample.drawn(&draw, kernelSizes: [1])
            return sample.0.conformanceCase(batchSize: sample.batchSize)
        case .linear:
            return LinearSample.drawn(&draw).conformanceCase(batchSize: draw.batchSize())
        case .flattened:
            let sample = FlattenedSample.drawn(&draw)
            return sample.0.conformanceCase(batchSize: sample.batchSize)
        case .maxPooling:
            let sample = PoolingSample.drawn(&draw, hasActivation: draw.flag())
            return sample.0.conformanceCase(batchSize: sample.batchSize)
        case .averagePooling:
            let sample = PoolingSample.drawn(&draw)
            return sample.0.averageCase(batchSize: sample.batchSize)
        case .globalAverage:
            let sample = GlobalAverageSample.drawn(&draw)
            return sample.0.forward(batchSize: sample.batchSize)
        case .batchNormalization:
            let sample = BatchNormalizationSample.drawn(&draw)
            return sample.0.givenCase(batchSize: sample.batchSize)
        case .localResponse:
            let sample = LocalResponseSample.drawn(&draw)
            return sample.0.cases(batchSize: sample.batchSize).forward
        case .shortcut:
            let sample = ShortcutSample.drawn(&draw)
            return sample.0.forward(batchSize: sample.batchSize)
        case .elementwise, .loss:
            let sample = ElementwiseSample.drawn(&draw)
            return sample.0.forward(batchSize: sample.batchSize)
        }
    }

    /// The operation's derivatives.
    func gradient(_ draw: inout Draw) -> ConformanceCase {
        switch self {
        case .convolution:
            let sample = ConvolutionSample.drawn(&draw)
            return sample.0.gradientCase(batchSize: sample.batchSize)
        case .pointwise:
            let sample = ConvolutionSample.drawn(&draw, kernelSizes: [1])
            return sample.0.gradientCase(batchSize: sample.batchSize)
        case .linear:
            return LinearSample.drawn(&draw).gradientCase(batchSize: draw.batchSize())
        case .flattened:
            let sample = FlattenedSample.drawn(&draw)
            return sample.0.gradientCase(batchSize: sample.batchSize)
        case .maxPooling:
            let sample = PoolingSample.drawn(&draw)
            return sample.0.gradientCase(batchSize: sample.batchSize)
        case .averagePooling:
            let sample = PoolingSample.drawn(&draw)
            return sample.0.averageGradientCase(batchSize: sample.batchSize)
        case .globalAverage:
            let sample = GlobalAverageSample.drawn(&draw)
            return sample.0.gradient(batchSize: sample.batchSize)
        case .batchNormalization:
            let sample = BatchNormalizationSample.drawn(&draw)
            return sample.0.batchCase(batchSize: sample.batchSize, away: true)
        case .localResponse:
            let sample = LocalResponseSample.drawn(&draw)
            return sample.0.cases(batchSize: sample.batchSize).gradient
        case .shortcut:
            let sample = ShortcutSample.drawn(&draw)
            return sample.0.gradient(batchSize: sample.batchSize)
        case .elementwise:
            let sample = ElementwiseSample.drawn(&draw)
            return sample.0.gradient(batchSize: sample.batchSize)
        case .loss:
            return EngineConformance.loss(
                "drawn", batchSize: draw.pick(Array(1...17) + [64, 100]),
                classes: draw.pick(Array(1...17) + [31, 32, 33, 100, 1000]),
                labelSmoothing: draw.pick([0, 0.125]))
        }
    }
}
