/// Brings each channel to a mean and variance of its own, then scales and shifts it.
///
/// Training normalizes by the statistics of the batch and keeps running values of them, by which
/// inference normalizes. Shapes: `[channels, H, W]`, kept. Parameters, each `[channels]`, by
/// PyTorch's names: `weight`, `bias`, and, in inference only, `running_mean` and `running_var`.
///
/// References: Ioffe, Szegedy, *Batch Normalization*, ICML 2015.
public struct BatchNorm2D: Hashable, Sendable, Codable, LayerConvertible {
    /// ε, added to the variance.
    public static let epsilon: Float = 1e-5

    /// Under which the parameters are found.
    public var name: String
    /// Channels of source and result.
    public var channels: Int

    /// Describes a normalization.
    public init(_ name: String, channels: Int) {
        self.name = name
        self.channels = channels
    }

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .batchNorm2D(self) }
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
