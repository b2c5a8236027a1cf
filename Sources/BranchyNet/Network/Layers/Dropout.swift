import BranchyCompute

/// In training, drops each element with probability `rate` and scales the others by
/// `1 / (1 − rate)`; in inference it does nothing. Keeps the shape.
public struct Dropout: Hashable, Sendable, Codable, LayerConvertible {
    /// Names the random stream of the masks.
    public var name: String
    /// The probability of being dropped, from 0 up to, but not including, 1.
    public var rate: Float

    enum CodingKeys: String, CodingKey, CaseIterable { case name, rate }

    /// Describes a dropout.
    public init(_ name: String, rate: Float) {
        self.name = name
        self.rate = rate
    }

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .dropout(self) }
}

extension Dropout: DescribedLayer {
    var summary: String { "\(name): Dropout \(rate)" }

    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value {
        let path = prefix + name
        guard rate >= 0, rate < 1 else {
            throw network.error(.invalidValue, "\(path): a rate of \(rate), expected 0 ..< 1")
        }
        if network.isFrozen { return source }
        let mask = try network.addMask(of: path, rate: rate, like: source)
        return try network.append(.dropout, [source, mask], at: prefix + summary)[0]
    }
}
