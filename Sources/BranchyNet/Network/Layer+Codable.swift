import Compute

extension Layer: Codable {
    private enum Kind: String, Codable, CaseIterable {
        case conv2D, linear, maxPool2D, reLU, dropout, flatten
    }

    private enum CodingKeys: String, CodingKey { case type }

    /// Reads an object whose `type` says which layer the other keys describe.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .type)
        guard let kind = Kind(rawValue: name) else {
            let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: container,
                debugDescription: "there is no layer of type '\(name)'; known are \(known)")
        }
        switch kind {
        case .conv2D: self = .conv2D(try Conv2D(from: decoder))
        case .linear: self = .linear(try Linear(from: decoder))
        case .maxPool2D: self = .maxPool2D(try MaxPool2D(from: decoder))
        case .reLU: self = .reLU(ReLU())
        case .dropout: self = .dropout(try Dropout(from: decoder))
        case .flatten: self = .flatten(Flatten())
        }
    }

    /// Writes the layer's own keys and its `type`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .conv2D(let layer):
            try container.encode(Kind.conv2D, forKey: .type)
            try layer.encode(to: encoder)
        case .linear(let layer):
            try container.encode(Kind.linear, forKey: .type)
            try layer.encode(to: encoder)
        case .maxPool2D(let layer):
            try container.encode(Kind.maxPool2D, forKey: .type)
            try layer.encode(to: encoder)
        case .reLU:
            try container.encode(Kind.reLU, forKey: .type)
        case .dropout(let layer):
            try container.encode(Kind.dropout, forKey: .type)
            try layer.encode(to: encoder)
        case .flatten:
            try container.encode(Kind.flatten, forKey: .type)
        }
    }
}

extension Layer: CustomStringConvertible {
    /// The layer as `inspect` prints it: `conv1: Conv2D 1 → 5, 5×5, padding 3`.
    public var description: String {
        switch self {
        case .conv2D(let layer):
            "\(layer.name): Conv2D \(layer.inputChannels) → \(layer.outputChannels), "
                + "\(layer.kernelSize)×\(layer.kernelSize)"
                + (layer.stride == 1 ? "" : ", stride \(layer.stride)")
                + (layer.padding == 0 ? "" : ", padding \(layer.padding)")
                + (layer.hasBias ? "" : ", no bias")
        case .linear(let layer):
            "\(layer.name): Linear \(layer.inputFeatures) → \(layer.outputFeatures)"
                + (layer.hasBias ? "" : ", no bias")
        case .maxPool2D(let layer):
            "MaxPool2D \(layer.kernelSize)×\(layer.kernelSize), stride \(layer.stride)"
                + (layer.rounding == .ceiling ? ", ceiling" : "")
        case .reLU: "ReLU"
        case .dropout(let layer): "\(layer.name): Dropout \(layer.rate)"
        case .flatten: "Flatten"
        }
    }
}
