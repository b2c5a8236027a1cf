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
    /// See ``Parallel``.
    case parallel(Parallel)
    /// See ``SelectChannels``.
    case selectChannels(SelectChannels)
    /// See ``ChannelShuffle``.
    case channelShuffle(ChannelShuffle)
    /// See ``Clip``.
    case clip(Clip)
    /// See ``Sigmoid``.
    case sigmoid(Sigmoid)
    /// See ``HardSigmoid``.
    case hardSigmoid(HardSigmoid)
    /// See ``HardSwish``.
    case hardSwish(HardSwish)
    /// See ``SiLU``.
    case siLU(SiLU)
    /// See ``GELU``.
    case gelu(GELU)
}

/// A type that stands for a layer in the description of a network.
public protocol LayerConvertible {
    /// The layer.
    var layer: Layer { get }
}
