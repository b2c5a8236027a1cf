extension Layer {
    /// What a layer's `type` says in a description.
    package enum Kind: String, Codable, CaseIterable, Sendable {
        case conv2D, linear, maxPool2D, reLU, dropout, flatten, averagePool2D, globalAveragePool2D
        case batchNorm2D, localResponseNorm, residual, parallel, selectChannels, channelShuffle
        case clip, sigmoid, hardSigmoid, hardSwish, siLU, gelu

        /// What the other keys of the object describe.
        var type: any DescribedLayer.Type {
            switch self {
            case .conv2D: Conv2D.self
            case .linear: Linear.self
            case .maxPool2D: MaxPool2D.self
            case .reLU: ReLU.self
            case .dropout: Dropout.self
            case .flatten: Flatten.self
            case .averagePool2D: AveragePool2D.self
            case .globalAveragePool2D: GlobalAveragePool2D.self
            case .batchNorm2D: BatchNorm2D.self
            case .localResponseNorm: LocalResponseNorm.self
            case .residual: Residual.self
            case .parallel: Parallel.self
            case .selectChannels: SelectChannels.self
            case .channelShuffle: ChannelShuffle.self
            case .clip: Clip.self
            case .sigmoid: Sigmoid.self
            case .hardSigmoid: HardSigmoid.self
            case .hardSwish: HardSwish.self
            case .siLU: SiLU.self
            case .gelu: GELU.self
            }
        }
    }

    /// The layer's kind, and itself.
    var content: (kind: Kind, layer: any DescribedLayer) {
        switch self {
        case .conv2D(let layer): (.conv2D, layer)
        case .linear(let layer): (.linear, layer)
        case .maxPool2D(let layer): (.maxPool2D, layer)
        case .reLU(let layer): (.reLU, layer)
        case .dropout(let layer): (.dropout, layer)
        case .flatten(let layer): (.flatten, layer)
        case .averagePool2D(let layer): (.averagePool2D, layer)
        case .globalAveragePool2D(let layer): (.globalAveragePool2D, layer)
        case .batchNorm2D(let layer): (.batchNorm2D, layer)
        case .localResponseNorm(let layer): (.localResponseNorm, layer)
        case .residual(let block): (.residual, block)
        case .parallel(let block): (.parallel, block)
        case .selectChannels(let layer): (.selectChannels, layer)
        case .channelShuffle(let layer): (.channelShuffle, layer)
        case .clip(let layer): (.clip, layer)
        case .sigmoid(let layer): (.sigmoid, layer)
        case .hardSigmoid(let layer): (.hardSigmoid, layer)
        case .hardSwish(let layer): (.hardSwish, layer)
        case .siLU(let layer): (.siLU, layer)
        case .gelu(let layer): (.gelu, layer)
        }
    }

    /// The layer itself, and those in it.
    var count: Int {
        let layer = content.layer
        return layer.innerLayers.reduce(layer.ownCount) { $0 + $1.count }
    }

    /// How many instructions of the plain program the layer is, for those who walk over both.
    package var instructionCount: Int {
        let layer = content.layer
        return layer.innerLayers.reduce(layer.ownInstructionCount) { $0 + $1.instructionCount }
    }
}

extension Layer: CustomStringConvertible {
    /// The layer as `inspect` prints it: `conv1: Conv2D 1 → 5, 5×5, padding 3`.
    public var description: String { content.layer.summary }
}

extension [Layer] {
    /// Under which the last weights in these layers are found.
    var lastWeights: String? { reversed().lazy.compactMap(\.content.layer.lastWeights).first }
}
