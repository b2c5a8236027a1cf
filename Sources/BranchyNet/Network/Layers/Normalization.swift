import BranchyCompute

/// Brings each channel to a mean and variance of its own, then scales and shifts it.
///
/// Training normalizes by the statistics of the batch and keeps running values of them, by which
/// inference normalizes. Shapes: `[channels, H, W]`, kept. Parameters, each `[channels]`, by
/// PyTorch's names: `weight`, `bias`, and, in inference only, `running_mean` and `running_var`.
///
/// References: Ioffe, Szegedy, *Batch Normalization*, ICML 2015.
public struct BatchNorm2D: Hashable, Sendable, Codable, LayerConvertible {
    /// ε where nothing else is said, as in PyTorch.
    public static let defaultEpsilon: Float = 1e-5

    /// Under which the parameters are found.
    public var name: String
    /// Channels of source and result.
    public var channels: Int
    /// ε, added to the variance, above 0.
    public var epsilon: Float

    enum CodingKeys: String, CodingKey, CaseIterable { case name, channels, epsilon }

    /// Describes a normalization.
    public init(_ name: String, channels: Int, epsilon: Float = defaultEpsilon) {
        self.name = name
        self.channels = channels
        self.epsilon = epsilon
    }

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .batchNorm2D(self) }
}

extension BatchNorm2D {
    /// Reads an object with the properties' names as keys; `epsilon` may be missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.decode(String.self, forKey: .name),
            channels: try container.decode(Int.self, forKey: .channels),
            epsilon: try container.decodeIfPresent(Float.self, forKey: .epsilon)
                ?? Self.defaultEpsilon)
    }

    /// Writes what ``init(from:)`` reads.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(channels, forKey: .channels)
        try container.encodeIfPresent(
            epsilon == Self.defaultEpsilon ? nil : epsilon, forKey: .epsilon)
    }
}

extension BatchNorm2D: DescribedLayer {
    var summary: String {
        "\(name): BatchNorm2D \(channels)"
            + (epsilon == Self.defaultEpsilon ? "" : ", epsilon \(epsilon)")
    }

    var lastWeights: String? { name }

    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value {
        let path = prefix + name
        guard epsilon > 0, epsilon.isFinite else {
            throw network.error(
                .invalidValue, "\(path): an epsilon of \(epsilon), expected above 0")
        }
        let normalization = Program.Operation.BatchNormalization(
            epsilon: epsilon, statistics: network.statistics)
        let results = try network.append(
            .batchNormalization(normalization),
            [source] + (try parameters(path, in: &network)), at: prefix + summary)
        if results.count > 1 { network.addStatistics(of: path, results) }
        return results[0]
    }

    private func parameters(
        _ path: String, in network: inout NetworkLowering
    ) throws(NetworkError) -> [Program.Value] {
        let shape = try network.shape([channels], of: path)
        try network.claim(path)
        let running = network.statistics == .given ? ["running_mean", "running_var"] : []
        return (["weight", "bias"] + running).map {
            network.program.addParameter("\(path).\($0)", shape)
        }
    }
}

/// Divides each element by a power of the squares around it, across neighbouring channels:
///
///     y[c] = x[c] / (k + alpha · Σ x[c']²)^beta      c' from c − size/2 to c + size/2
///
/// `alpha` is not divided by `size`, as in the paper; libraries that divide are given
/// `alpha · size` for the same. Shapes: `[C, H, W]`, kept.
///
/// References: Krizhevsky, Sutskever, Hinton, *ImageNet Classification with Deep Convolutional
/// Neural Networks*, NIPS 2012, section 3.3.
public struct LocalResponseNorm: Hashable, Sendable, Codable, LayerConvertible {
    /// How many neighbouring channels, an odd number.
    public var size: Int
    /// The weight of the sum of squares, 0 or more.
    public var alpha: Float
    /// The exponent.
    public var beta: Float
    /// Added to the sum, above 0.
    public var k: Float

    enum CodingKeys: String, CodingKey, CaseIterable { case size, alpha, beta, k }

    /// Describes a normalization.
    public init(size: Int, alpha: Float, beta: Float, k: Float) {
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k
    }

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .localResponseNorm(self) }
}

extension LocalResponseNorm: DescribedLayer {
    var summary: String { "LocalResponseNorm \(size), alpha \(alpha), beta \(beta), k \(k)" }

    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value {
        let place = prefix + summary
        try network.checkWindow(.init(size: Extent2D(size)), of: place)
        return try network.append(
            .localResponseNormalization(.init(size: size, alpha: alpha, beta: beta, k: k)),
            [source], at: place)[0]
    }
}
