import BranchyCompute

/// `max(0, x)`, element by element; keeps the shape.
public struct ReLU: Hashable, Sendable, Codable, LayerConvertible {
    enum CodingKeys: CodingKey, CaseIterable {}

    /// Describes a rectifier.
    public init() {}

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .reLU(self) }
}

extension ReLU: ActivationLayer {
    var summary: String { "ReLU" }
    var activation: Program.Operation.Activation { .relu }
}

/// `1 / (1 + exp(−x))`, element by element; keeps the shape.
public struct Sigmoid: Hashable, Sendable, Codable, LayerConvertible {
    enum CodingKeys: CodingKey, CaseIterable {}

    /// Describes a sigmoid.
    public init() {}

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .sigmoid(self) }
}

extension Sigmoid: ActivationLayer {
    var summary: String { "Sigmoid" }
    var activation: Program.Operation.Activation { .sigmoid }
}

/// `min(max(x/6 + 1/2, 0), 1)`, element by element; keeps the shape.
///
/// References: Howard et al., *Searching for MobileNetV3*, ICCV 2019, section 5.2.
public struct HardSigmoid: Hashable, Sendable, Codable, LayerConvertible {
    enum CodingKeys: CodingKey, CaseIterable {}

    /// Describes a hard sigmoid.
    public init() {}

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .hardSigmoid(self) }
}

extension HardSigmoid: ActivationLayer {
    var summary: String { "HardSigmoid" }
    var activation: Program.Operation.Activation { .hardSigmoid }
}

/// `x · min(max(x/6 + 1/2, 0), 1)`, element by element; keeps the shape.
///
/// References: Howard et al., *Searching for MobileNetV3*, ICCV 2019, section 5.2.
public struct HardSwish: Hashable, Sendable, Codable, LayerConvertible {
    enum CodingKeys: CodingKey, CaseIterable {}

    /// Describes a hard swish.
    public init() {}

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .hardSwish(self) }
}

extension HardSwish: ActivationLayer {
    var summary: String { "HardSwish" }
    var activation: Program.Operation.Activation { .hardSwish }
}

/// `x / (1 + exp(−x))`, element by element, also called Swish; keeps the shape.
///
/// References: Ramachandran, Zoph, Le, *Searching for Activation Functions*, 2017.
public struct SiLU: Hashable, Sendable, Codable, LayerConvertible {
    enum CodingKeys: CodingKey, CaseIterable {}

    /// Describes a SiLU.
    public init() {}

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .siLU(self) }
}

extension SiLU: ActivationLayer {
    var summary: String { "SiLU" }
    var activation: Program.Operation.Activation { .silu }
}

/// `min(max(x, minimum), maximum)`, element by element; keeps the shape. ReLU6 is
/// `Clip(minimum: 0, maximum: 6)`.
public struct Clip: Hashable, Sendable, LayerConvertible {
    /// The smallest result; −∞ where there is none, which a description leaves out.
    public var minimum: Float
    /// The largest result, above the smallest; ∞ where there is none, which a description leaves out.
    public var maximum: Float

    enum CodingKeys: String, CodingKey, CaseIterable { case minimum, maximum }

    /// Describes a clip.
    public init(minimum: Float = -.infinity, maximum: Float = .infinity) {
        self.minimum = minimum
        self.maximum = maximum
    }

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .clip(self) }
}

extension Clip: Codable {
    /// Reads a clip; an end that is not there is infinite.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        if let minimum = try container.decodeIfPresent(Float.self, forKey: .minimum) {
            self.minimum = minimum
        }
        if let maximum = try container.decodeIfPresent(Float.self, forKey: .maximum) {
            self.maximum = maximum
        }
    }

    /// Writes the ends that are not infinite, since JSON has no such numbers.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if minimum != -.infinity { try container.encode(minimum, forKey: .minimum) }
        if maximum != .infinity { try container.encode(maximum, forKey: .maximum) }
    }
}

extension Clip: ActivationLayer {
    var summary: String {
        switch (minimum, maximum) {
        case (-.infinity, .infinity): "Clip"
        case (_, .infinity): "Clip from \(minimum)"
        case (-.infinity, _): "Clip to \(maximum)"
        default: "Clip \(minimum)...\(maximum)"
        }
    }
    var activation: Program.Operation.Activation { .clip(minimum: minimum, maximum: maximum) }
}

/// `x · Φ(x)` with the distribution function Φ of the normal distribution, element by element; keeps
/// the shape.
///
/// References: Hendrycks, Gimpel, *Gaussian Error Linear Units*, 2016.
public struct GELU: Hashable, Sendable, Codable, LayerConvertible {
    /// How Φ is found.
    public enum Approximation: String, Hashable, Sendable, Codable {
        /// By the error function.
        case none
        /// As `(1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2`.
        case tanh
    }

    /// How Φ is found.
    public var approximation: Approximation

    enum CodingKeys: String, CodingKey, CaseIterable { case approximation }

    /// Describes a GELU.
    public init(approximation: Approximation = .none) {
        self.approximation = approximation
    }

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .gelu(self) }
}

extension GELU: ActivationLayer {
    var summary: String { approximation == .none ? "GELU" : "GELU by tanh" }
    var activation: Program.Operation.Activation {
        approximation == .none ? .gelu : .geluTanh
    }
}

/// A layer that is a function of one number.
protocol ActivationLayer: DescribedLayer {
    var activation: Program.Operation.Activation { get }
}

extension ActivationLayer {
    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value {
        try network.append(.activation(activation), [source], at: prefix + summary)[0]
    }
}
