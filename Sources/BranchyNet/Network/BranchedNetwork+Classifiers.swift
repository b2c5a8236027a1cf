extension BranchedNetwork {
    /// Under which the parameters are found that the logits of each exit come from: those of the
    /// last layer before it that has weights.
    package var classifiers: [String] {
        stages.compactMap { stage in
            guard let branch = stage.branch else { return Self.lastWeights(of: stage.backbone) }
            return Self.lastWeights(of: branch.layers, prefix: branch.name + ".")
        }
    }

    private static func lastWeights(of layers: [Layer], prefix: String = "") -> String? {
        for layer in layers.reversed() {
            switch layer {
            case .conv2D(let layer): return prefix + layer.name
            case .linear(let layer): return prefix + layer.name
            case .batchNorm2D(let layer): return prefix + layer.name
            case .residual(let block):
                let path = prefix + block.name + "."
                if let name = lastWeights(of: block.body, prefix: path) { return name }
            case .maxPool2D, .reLU, .dropout, .flatten, .averagePool2D, .globalAveragePool2D,
                .localResponseNorm:
                continue
            }
        }
        return nil
    }
}
