/// One layer of a network: a value that describes, with sizes and a name but no numbers.
///
/// Layers that are trained carry a `name`; their parameters are found under `name.weight` and
/// `name.bias`, behind the names of the branch and residual blocks that they belong to.
public enum Layer: Hashable, Sendable {
    /// See ``Conv2D``.
    case conv2D(Conv2D)
    /// See ``Linear``.
    case linear(Linear)
    /// See ``MaxPool2D``.
    case maxPool2D(MaxPool2D)
    /// See ``ReLU``.
    case reLU(ReLU)
    /// See ``Dropout``.
    case dropout(Dropout)
    /// See ``Flatten``.
    case flatten(Flatten)
    /// See ``AveragePool2D``.
    case averagePool2D(AveragePool2D)
    /// See ``GlobalAveragePool2D``.
    case globalAveragePool2D(GlobalAveragePool2D)
    /// See ``BatchNorm2D``.
    case batchNorm2D(BatchNorm2D)
    /// See ``LocalResponseNorm``.
    case localResponseNorm(LocalResponseNorm)
    /// See ``Residual``.
    case residual(Residual)
}

/// A type that stands for a layer in the description of a network.
public protocol LayerConvertible {
    /// The layer.
    var layer: Layer { get }
}

/// A two-dimensional convolution, square in kernel, stride and padding.
///
/// Shapes: `[inputChannels, H, W]` to `[outputChannels, H', W']` with
/// `H' = (H + 2·padding − kernelSize) / stride + 1`, rounded down. Parameters: `weight`
/// `[outputChannels, inputChannels, kernelSize, kernelSize]`, `bias` `[outputChannels]`.
public struct Conv2D: Hashable, Sendable, Codable, LayerConvertible {
    /// Under which the parameters are found.
    public var name: String
    /// Channels of the source.
    public var inputChannels: Int
    /// Channels of the result.
    public var outputChannels: Int
    /// Rows and columns of the kernel.
    public var kernelSize: Int
    /// Rows and columns between windows.
    public var stride: Int
    /// Rows and columns of zeros on every side.
    public var padding: Int
    /// Whether a number per output channel is added.
    public var hasBias: Bool

    /// Describes a convolution.
    public init(
        _ name: String, inputChannels: Int, outputChannels: Int, kernelSize: Int, stride: Int = 1,
        padding: Int = 0, hasBias: Bool = true
    ) {
        self.name = name
        self.inputChannels = inputChannels
        self.outputChannels = outputChannels
        self.kernelSize = kernelSize
        self.stride = stride
        self.padding = padding
        self.hasBias = hasBias
    }

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .conv2D(self) }
}

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

/// `max(0, x)`, element by element; keeps the shape.
public struct ReLU: Hashable, Sendable, Codable, LayerConvertible {
    /// Describes a rectifier.
    public init() {}

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .reLU(self) }
}

/// In training, drops each element with probability `rate` and scales the others by
/// `1 / (1 − rate)`; in inference it does nothing. Keeps the shape.
public struct Dropout: Hashable, Sendable, Codable, LayerConvertible {
    /// Names the random stream of the masks.
    public var name: String
    /// The probability of being dropped, from 0 up to, but not including, 1.
    public var rate: Float

    /// Describes a dropout.
    public init(_ name: String, rate: Float) {
        self.name = name
        self.rate = rate
    }

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .dropout(self) }
}

/// `[C, H, W]` as `[C·H·W]`, channel by channel, row by row.
public struct Flatten: Hashable, Sendable, Codable, LayerConvertible {
    /// Describes a flattening.
    public init() {}

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .flatten(self) }
}
