extension BranchedNetwork {
    /// Under which the parameters are found that the logits of each exit come from: those of the
    /// last layer before it that has weights.
    package var classifiers: [String] {
        stages.compactMap { stage in
            guard let branch = stage.branch else { return stage.backbone.lastWeights }
            return branch.layers.lastWeights.map { "\(branch.name).\($0)" }
        }
    }
}
