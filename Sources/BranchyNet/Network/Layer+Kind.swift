extension Layer {
    /// What a layer's `type` says in a description.
    package enum Kind: String, Codable, CaseIterable, Sendable {
        case conv2D, linear, maxPool2D, reLU, dropout, flatten, averagePool2D, globalAveragePool2D
        case batchNorm2D, localResponseNorm, residual

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
        }
    }

    /// The layer itself, and those in it.
    var count: Int { content.layer.innerLayers.reduce(1) { $0 + $1.count } }

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
