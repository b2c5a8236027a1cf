import BranchyCompute

/// What is drawn of the operations that networks of parallel paths need.
enum BroadSweepKind: CaseIterable {
    case window, grouped, depthwise, fused, maxPooling, averagePooling, keptAverage
    case concatenation, selection, shuffle, product, activation

    /// The operation as inference runs it.
    func forward(_ draw: inout Draw) -> ConformanceCase {
        switch self {
        case .window, .grouped, .depthwise, .fused:
            let sample = convolution(&draw)
            return sample.0.conformanceCase(batchSize: sample.batchSize)
        case .maxPooling:
            let sample = PoolingSample.drawnWithPadding(&draw)
            return sample.0.conformanceCase(batchSize: sample.batchSize)
        case .averagePooling:
            let sample = PoolingSample.drawnWithPadding(&draw, counts: draw.flag())
            return sample.0.averageCase(batchSize: sample.batchSize)
        case .keptAverage:
            let sample = GlobalAverageSample.drawn(&draw)
            return EngineConformance.keptMean(of: sample.0.shape, batchSize: sample.batchSize)
        case .concatenation, .selection, .shuffle, .product:
            return channels(&draw)
        case .activation:
            let sample = ElementwiseSample.drawn(&draw)
            return draw.pick(ActivationSample.all)
                .forward(sample.0.shape, batchSize: sample.batchSize)
        }
    }

    /// The operation's derivatives; those of joining and sharing out are such operations themselves.
    func gradient(_ draw: inout Draw) -> ConformanceCase {
        switch self {
        case .window, .grouped, .depthwise, .fused:
            let sample = convolution(&draw)
            return sample.0.gradientCase(batchSize: sample.batchSize)
        case .maxPooling:
            let sample = PoolingSample.drawnWithPadding(&draw)
            return sample.0.gradientCase(batchSize: sample.batchSize)
        case .averagePooling:
            let sample = PoolingSample.drawnWithPadding(&draw, counts: draw.flag())
            return sample.0.averageGradientCase(batchSize: sample.batchSize)
        case .keptAverage:
            let sample = GlobalAverageSample.drawn(&draw)
            return EngineConformance.keptMeanGradient(
                of: sample.0.shape, batchSize: sample.batchSize)
        case .concatenation, .selection:
            let sample = BatchNormalizationSample.drawn(&draw)
            return sample.0.givenGradientCase(batchSize: sample.batchSize)
        case .shuffle, .product:
            let (shape, batchSize) = GlobalAverageSample.drawn(&draw)
            return EngineConformance.productGradient(
                shape.shape[0], height: shape.shape[1], width: shape.shape[2],
                batchSize: batchSize)
        case .activation:
            let sample = ElementwiseSample.drawn(&draw)
            return draw.pick(ActivationSample.all)
                .gradient(sample.0.shape, batchSize: sample.batchSize)
        }
    }

    private func convolution(
        _ draw: inout Draw
    ) -> (ConvolutionSample, batchSize: Int) {
        switch self {
        case .grouped: ConvolutionSample.drawnInGroups(&draw)
        case .depthwise: ConvolutionSample.drawnDepthwise(&draw)
        case .fused:
            ConvolutionSample.drawnAnyWindow(
                &draw, activation: draw.pick(ActivationSample.all).activation)
        default: ConvolutionSample.drawnAnyWindow(&draw)
        }
    }

    private func channels(_ draw: inout Draw) -> ConformanceCase {
        let (sample, batchSize) = GlobalAverageSample.drawn(&draw)
        let (channels, height, width) = (sample.shape[0], sample.shape[1], sample.shape[2])
        switch self {
        case .concatenation:
            let others = (0..<draw.pick([1, 1, 2, 3])).map { _ in draw.channels() }
            return EngineConformance.concatenation(
                of: [channels] + others, height: min(height, 9), width: min(width, 9),
                batchSize: batchSize)
        case .selection:
            let first = draw.pick(Array(0..<channels))
            let range = first..<draw.pick(Array(first + 1...channels))
            return EngineConformance.image(
                "selection of \(range)", channels, height: height, width: width,
                batchSize: batchSize
            ) { try $0.apply(.selectChannels(range), $1) }
        case .shuffle:
            let groups = draw.pick((1...channels).filter { channels.isMultiple(of: $0) })
            return EngineConformance.image(
                "shuffle of \(groups) groups", channels, height: height, width: width,
                batchSize: batchSize
            ) { try $0.apply(.shuffleChannels(groups: groups), $1) }
        default:
            return EngineConformance.product(
                channels, height: height, width: width, hasWholeFactor: draw.flag(),
                batchSize: batchSize)
        }
    }
}
