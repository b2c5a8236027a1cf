extension Layer: Codable {
    private enum CodingKeys: String, CodingKey { case type }

    /// Reads an object whose `type` says which layer the other keys describe.
    public init(from decoder: any Decoder) throws {
        try Self.refuseDeepNesting(decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .type)
        guard let kind = Kind(rawValue: name) else {
            let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: container,
                debugDescription: "there is no layer of type '\(name)'; known are \(known)")
        }
        try decoder.refuseKeys(besides: [CodingKeys.type.rawValue] + kind.type.keys)
        self = try kind.type.init(from: decoder).layer
    }

    /// Writes the layer's own keys and its `type`.
    public func encode(to encoder: any Encoder) throws {
        let (kind, layer) = content
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .type)
        try layer.encode(to: encoder)
    }

    /// How many blocks of layers may lie in one another.
    public static let deepestNesting = 8

    /// Decoding calls itself, so a hostile file must not decide how often.
    private static func refuseDeepNesting(_ decoder: any Decoder) throws {
        let keys = [Residual.CodingKeys.body.rawValue, Parallel.CodingKeys.paths.rawValue]
        let depth = decoder.codingPath.count { keys.contains($0.stringValue) }
        guard depth <= deepestNesting else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "blocks of layers lie more than \(deepestNesting) deep"))
        }
    }
}
