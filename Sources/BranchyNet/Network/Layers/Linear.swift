import BranchyCompute

/// A fully connected layer.
///
/// Shapes: `[inputFeatures]` to `[outputFeatures]`. Parameters: `weight`
/// `[outputFeatures, inputFeatures]`, `bias` `[outputFeatures]`.
public struct Linear: Hashable, Sendable, Codable, LayerConvertible {
    /// Under which the parameters are found.
    public var name: String
    /// Features of the source.
    public var inputFeatures: Int
    /// Features of the result.
    public var outputFeatures: Int
    /// Whether a number per output feature is added.
    public var hasBias: Bool

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, inputFeatures, outputFeatures, hasBias
    }

    /// Describes a fully connected layer.
    public init(
        _ name: String, inputFeatures: Int, outputFeatures: Int, hasBias: Bool = true
    ) {
        self.name = name
        self.inputFeatures = inputFeatures
        self.outputFeatures = outputFeatures
        self.hasBias = hasBias
    }

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .linear(self) }
}

extension Linear: DescribedLayer {
    var summary: String {
        "\(name): Linear \(inputFeatures) → \(outputFeatures)" + (hasBias ? "" : ", no bias")
    }

    var lastWeights: String? { name }

    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value {
        let path = prefix + name
        let weight = try network.shape([outputFeatures, inputFeatures], of: path)
        let parameters = try network.parameters(path, weight, hasBias: hasBias)
        return try network.append(
            .linear(.init()), [source] + parameters, at: prefix + summary)[0]
    }
}
