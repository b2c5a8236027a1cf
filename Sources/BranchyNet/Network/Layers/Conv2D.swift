public import BranchyCompute

/// A two-dimensional convolution.
///
/// Shapes: `[inputChannels, H, W]` to `[outputChannels, H', W']` with
/// `H' = (top + H + bottom − dilation·(kernelSize − 1) − 1) / stride + 1`, rounded down, and `W'`
/// likewise. Parameters: `weight` `[outputChannels, inputChannels / groups, kernelSize]` with rows
/// and columns of the kernel as the last two, `bias` `[outputChannels]`.
public struct Conv2D: Hashable, Sendable, Codable, LayerConvertible {
    /// Under which the parameters are found.
    public var name: String
    /// Channels of the source.
    public var inputChannels: Int
    /// Channels of the result.
    public var outputChannels: Int
    /// Rows and columns of the kernel.
    public var kernelSize: Extent2D
    /// Rows and columns between windows.
    public var stride: Extent2D
    /// Rows and columns of zeros around the source.
    public var padding: Padding2D
    /// Rows and columns between the elements that a window sees.
    public var dilation: Extent2D
    /// Into how many groups the channels are cut; as many as channels for a depthwise convolution.
    public var groups: Int
    /// Whether a number per output channel is added.
    public var hasBias: Bool

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, inputChannels, outputChannels, kernelSize, stride, padding, dilation, groups
        case hasBias
    }

    /// Describes a convolution.
    public init(
        _ name: String, inputChannels: Int, outputChannels: Int, kernelSize: Extent2D,
        stride: Extent2D = 1, padding: Padding2D = 0, dilation: Extent2D = 1, groups: Int = 1,
        hasBias: Bool = true
    ) {
        self.name = name
        self.inputChannels = inputChannels
        self.outputChannels = outputChannels
        self.kernelSize = kernelSize
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
        self.hasBias = hasBias
    }

    /// This layer as a case of ``Layer``.
    public var layer: Layer { .conv2D(self) }
}

extension Conv2D {
    /// Reads an object with the properties' names as keys; `dilation` and `groups` may be missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.decode(String.self, forKey: .name),
            inputChannels: try container.decode(Int.self, forKey: .inputChannels),
            outputChannels: try container.decode(Int.self, forKey: .outputChannels),
            kernelSize: try container.decode(Extent2D.self, forKey: .kernelSize),
            stride: try container.decode(Extent2D.self, forKey: .stride),
            padding: try container.decode(Padding2D.self, forKey: .padding),
            dilation: try container.decodeIfPresent(Extent2D.self, forKey: .dilation) ?? 1,
            groups: try container.decodeIfPresent(Int.self, forKey: .groups) ?? 1,
            hasBias: try container.decode(Bool.self, forKey: .hasBias))
    }

    /// Writes what ``init(from:)`` reads.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(inputChannels, forKey: .inputChannels)
        try container.encode(outputChannels, forKey: .outputChannels)
        try container.encode(kernelSize, forKey: .kernelSize)
        try container.encode(stride, forKey: .stride)
        try container.encode(padding, forKey: .padding)
        try container.encodeIfPresent(dilation == 1 ? nil : dilation, forKey: .dilation)
        try container.encodeIfPresent(groups == 1 ? nil : groups, forKey: .groups)
        try container.encode(hasBias, forKey: .hasBias)
    }
}

extension Conv2D: DescribedLayer {
    var summary: String {
        let parts = [
            stride == 1 ? nil : "stride \(stride.summary)",
            padding == 0 ? nil : "padding \(padding)",
            dilation == 1 ? nil : "dilation \(dilation.summary)",
            groups == 1 ? nil : "\(groups) groups",
            hasBias ? nil : "no bias",
        ]
        return ["\(name): Conv2D \(inputChannels) → \(outputChannels), \(kernelSize)"]
            .appending(parts)
    }

    var lastWeights: String? { name }

    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value {
        let path = prefix + name
        try network.checkWindow(
            .init(size: kernelSize, stride: stride, padding: padding, dilation: dilation), of: path)
        guard groups >= 1, inputChannels % groups == 0, outputChannels % groups == 0 else {
            throw network.error(
                .invalidValue,
                "\(path): \(groups) groups, expected a number that divides \(inputChannels) and "
                    + "\(outputChannels) channels")
        }
        let weight = try network.shape(
            [outputChannels, inputChannels / groups, kernelSize.height, kernelSize.width],
            of: path)
        let parameters = try network.parameters(path, weight, hasBias: hasBias)
        let operation = Program.Operation.Convolution(
            stride: stride, padding: padding, dilation: dilation, groups: groups)
        return try network.append(
            .convolution(operation), [source] + parameters, at: prefix + summary)[0]
    }
}
