import BranchyCompute

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

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, inputChannels, outputChannels, kernelSize, stride, padding, hasBias
    }

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

extension Conv2D: DescribedLayer {
    var summary: String {
        "\(name): Conv2D \(inputChannels) → \(outputChannels), \(kernelSize)×\(kernelSize)"
            + (stride == 1 ? "" : ", stride \(stride)")
            + (padding == 0 ? "" : ", padding \(padding)")
            + (hasBias ? "" : ", no bias")
    }

    var lastWeights: String? { name }

    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value {
        let path = prefix + name
        try network.checkWindow(size: kernelSize, stride: stride, padding: padding, of: path)
        let weight = try network.shape(
            [outputChannels, inputChannels, kernelSize, kernelSize], of: path)
        let parameters = try network.parameters(path, weight, hasBias: hasBias)
        return try network.append(
            .convolution(.init(stride: stride, padding: padding)), [source] + parameters,
            at: prefix + summary)[0]
    }
}
