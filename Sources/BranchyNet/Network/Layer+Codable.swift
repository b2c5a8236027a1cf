extension Layer: Codable {
    /// What a layer's `type` says in a description.
    package enum Kind: String, Codable, CaseIterable, Sendable {
        case conv2D, linear, maxPool2D, reLU, dropout, flatten, averagePool2D, globalAveragePool2D
        case batchNorm2D, localResponseNorm, residual

        /// What the other keys of the object describe.
        var type: any (Codable & LayerConvertible).Type {
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

        /// The other keys.
        var keys: [String] {
            switch self {
            case .conv2D:
                [
                    "name", "inputChannels", "outputChannels", "kernelSize", "stride", "padding",
                    "hasBias",
                ]
            case .linear: ["name", "inputFeatures", "outputFeatures", "hasBias"]
            case .maxPool2D, .averagePool2D: ["kernelSize", "stride", "rounding"]
            case .reLU, .flatten, .globalAveragePool2D: []
            case .dropout: ["name", "rate"]
            case .batchNorm2D: ["name", "channels"]
            case .localResponseNorm: ["size", "alpha", "beta", "k"]
            case .residual: ["name", "body", "shortcut"]
            }
        }
    }

    private enum CodingKeys: String, CodingKey { case type }

    /// Reads an object whose `type` says which layer the other keys describe.
    public init(from decoder: any Decoder) throws {
        try Residual.refuseDeepNesting(decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .type)
        guard let kind = Kind(rawValue: name) else {
            let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: container,
                debugDescription: "there is no layer of type '\(name)'; known are \(known)")
        }
        try decoder.refuseKeys(besides: [CodingKeys.type.rawValue] + kind.keys)
        self = try kind.type.init(from: decoder).layer
    }

    /// Writes the layer's own keys and its `type`.
    public func encode(to encoder: any Encoder) throws {
        let (kind, layer) = content
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .type)
        try layer.encode(to: encoder)
    }

    private var content: (Kind, any Codable) {
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
}
