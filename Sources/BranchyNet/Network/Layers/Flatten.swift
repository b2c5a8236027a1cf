import BranchyCompute

/// `[C, H, W]` as `[C·H·W]`, channel by channel, row by row.
public struct Flatten: Hashable, Sendable, Codable, LayerConvertible {
    enum CodingKeys: CodingKey, CaseIterable {}

    /// Describes a flattening.
    public init() {}

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .flatten(self) }
}

extension Flatten: DescribedLayer {
    var summary: String { "Flatten" }

    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value {
        try network.append(.flatten, [source], at: prefix + summary)[0]
    }
}
