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
    /// How many blocks may lie in one another.
    public static let deepestNesting = 4

    /// In front of the names of the parameters of the block's layers.
    public var name: String
    /// From the source to what is added to it; at least one layer.
    public var body: [Layer]
    /// How the source gets the shape of what it is added to.
    public var shortcut: Shortcut

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

/// How the source of a residual block gets the shape of the result, without parameters: every
/// `stride`-th row and column, and channels of zeros around its own.
///
/// References: He et al., CVPR 2016, section 4.2, option A.
public struct Shortcut: Hashable, Sendable, Codable {
    /// The source as it is.
    public static let identity = Shortcut()

    /// Rows and columns between those that are kept, at least 1.
    public var stride: Int
    /// Channels of zeros in front of the source's.
    public var channelsBefore: Int
    /// Channels of zeros behind the source's.
    public var channelsAfter: Int

    /// Describes a shortcut.
    public init(stride: Int = 1, channelsBefore: Int = 0, channelsAfter: Int = 0) {
        self.stride = stride
        self.channelsBefore = channelsBefore
        self.channelsAfter = channelsAfter
    }
}
