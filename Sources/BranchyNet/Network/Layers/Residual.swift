import BranchyCompute

/// A residual block: what its layers make of the source, plus the source.
///
///     Residual("layer2.0", shortcut: Shortcut(stride: 2, channelsAfter: 16)) {
///         Conv2D(
///             "conv1", inputChannels: 16, outputChannels: 32, kernelSize: 3, stride: 2,
///             padding: 1, hasBias: false)
///         BatchNorm2D("bn1", channels: 32)
///         ReLU()
///         Conv2D(
///             "conv2", inputChannels: 32, outputChannels: 32, kernelSize: 3, padding: 1,
///             hasBias: false)
///         BatchNorm2D("bn2", channels: 32)
///     }
///     ReLU()
///
/// The layers and the shortcut end in one shape, which is the result's.
///
/// References: He, Zhang, Ren, Sun, *Deep Residual Learning for Image Recognition*, CVPR 2016,
/// section 3.2.
public struct Residual: Hashable, Sendable, Codable, LayerConvertible {
    /// In front of the names of the parameters of the block's layers.
    public var name: String
    /// From the source to what is added to it; at least one layer.
    public var body: [Layer]
    /// How the source gets the shape of what it is added to.
    public var shortcut: Shortcut

    enum CodingKeys: String, CodingKey, CaseIterable { case name, body, shortcut }

    /// Describes a block by a list of layers.
    public init(name: String, body: [Layer], shortcut: Shortcut = .identity) {
        self.name = name
        self.body = body
        self.shortcut = shortcut
    }

    /// Describes a block by its layers, in order.
    public init(
        _ name: String, shortcut: Shortcut = .identity, @LayerBuilder _ body: () -> [Layer]
    ) {
        self.init(name: name, body: body(), shortcut: shortcut)
    }

    /// This block as a case of ``Layer``.
    public var layer: Layer { .residual(self) }
}

extension Residual: DescribedLayer {
    var summary: String { "\(name): Residual, shortcut \(shortcut)" }

    var innerLayers: [Layer] { body }

    /// The sum, and a shortcut that changes something.
    var ownInstructionCount: Int { shortcut == .identity ? 1 : 2 }

    var lastWeights: String? { body.lastWeights.map { "\(name).\($0)" } }

    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value {
        let (path, place) = (prefix + name, prefix + summary)
        try network.claim(path)
        guard !body.isEmpty else {
            throw network.error(.invalidValue, "layer \(place): a block without layers")
        }
        var (sum, summand) = (source, source)
        try network.descend(at: place) { network throws(NetworkError) in
            sum = try network.append(body, to: source, prefix: path + ".")
        }
        if shortcut != .identity {
            summand = try network.append(.shortcut(shortcut.operation), [source], at: place)[0]
        }
        return try network.append(.add, [sum, summand], at: place)[0]
    }
}

extension Residual {
    /// Reads an object with the properties' names as keys; without a shortcut it is the identity.
    public init(from decoder: any Decoder) throws {
        // The keys were checked with the layer's `type` among them.
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            body: try container.decode([Layer].self, forKey: .body),
            shortcut: try container.decodeIfPresent(Shortcut.self, forKey: .shortcut) ?? .identity)
    }
}
