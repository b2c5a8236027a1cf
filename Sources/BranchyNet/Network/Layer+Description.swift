import BranchyCompute

extension Layer: CustomStringConvertible {
    /// The layer as `inspect` prints it: `conv1: Conv2D 1 → 5, 5×5, padding 3`.
    public var description: String {
        switch self {
        case .conv2D(let layer):
            "\(layer.name): Conv2D \(layer.inputChannels) → \(layer.outputChannels), "
                + "\(layer.kernelSize)×\(layer.kernelSize)"
                + (layer.stride == 1 ? "" : ", stride \(layer.stride)")
                + (layer.padding == 0 ? "" : ", padding \(layer.padding)")
                + (layer.hasBias ? "" : ", no bias")
        case .linear(let layer):
            "\(layer.name): Linear \(layer.inputFeatures) → \(layer.outputFeatures)"
                + (layer.hasBias ? "" : ", no bias")
        case .maxPool2D(let layer):
            "MaxPool2D \(layer.kernelSize)×\(layer.kernelSize), stride \(layer.stride)"
                + (layer.rounding == .ceiling ? ", ceiling" : "")
        case .averagePool2D(let layer):
            "AveragePool2D \(layer.kernelSize)×\(layer.kernelSize), stride \(layer.stride)"
                + (layer.rounding == .ceiling ? ", ceiling" : "")
        case .globalAveragePool2D: "GlobalAveragePool2D"
        case .batchNorm2D(let layer): "\(layer.name): BatchNorm2D \(layer.channels)"
        case .localResponseNorm(let layer):
            "LocalResponseNorm \(layer.size), alpha \(layer.alpha), beta \(layer.beta), k \(layer.k)"
        case .reLU: "ReLU"
        case .dropout(let layer): "\(layer.name): Dropout \(layer.rate)"
        case .flatten: "Flatten"
        case .residual(let block): "\(block.name): Residual, shortcut \(block.shortcut)"
        }
    }
}

extension Shortcut: CustomStringConvertible {
    /// The shortcut as `inspect` prints it: `stride 2, 16 channels after`.
    public var description: String {
        guard self != .identity else { return "identity" }
        let parts = [
            stride == 1 ? nil : "stride \(stride)",
            channelsBefore == 0 ? nil : "\(channelsBefore) channels before",
            channelsAfter == 0 ? nil : "\(channelsAfter) channels after",
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }
}
