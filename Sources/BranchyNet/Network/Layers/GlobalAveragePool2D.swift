import BranchyCompute

/// The mean of each channel: `[C, H, W]` to `[C]`, or to `[C, 1, 1]`.
public struct GlobalAveragePool2D: Hashable, Sendable, Codable, LayerConvertible {
    /// Whether the result is an image of one pixel, which convolutions read and images are
    /// multiplied by.
    public var keepsDimensions: Bool

    enum CodingKeys: String, CodingKey, CaseIterable { case keepsDimensions }

    /// Describes a pooling.
    public init(keepsDimensions: Bool = false) {
        self.keepsDimensions = keepsDimensions
    }

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .globalAveragePool2D(self) }
}

extension GlobalAveragePool2D {
    /// Reads an object with the property's name as a key, which may be missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            keepsDimensions: try container.decodeIfPresent(Bool.self, forKey: .keepsDimensions)
                ?? false)
    }

    /// Writes what ``init(from:)`` reads.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(keepsDimensions ? true : nil, forKey: .keepsDimensions)
    }
}

extension GlobalAveragePool2D: DescribedLayer {
    var summary: String { "GlobalAveragePool2D" + (keepsDimensions ? ", 1×1" : "") }

    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value {
        try network.append(
            .globalAveragePooling(keepsDimensions: keepsDimensions), [source],
            at: prefix + summary)[0]
    }
}
