import BranchyCompute
package import BranchyNet

extension Recipe {
    /// Requires as many numbers as the network has exits and channels.
    ///
    /// - Throws: ``TrainingError/Code/invalidRecipe``.
    package func check(fits network: BranchedNetwork) throws(TrainingError) {
        guard lossWeights.count == network.exitCount else {
            throw TrainingError(
                .invalidRecipe,
                "recipe: 'lossWeights' has \(lossWeights.count) numbers, expected "
                    + "\(network.exitCount): one for each exit of '\(network.name)'")
        }
        guard thresholds.isEmpty || thresholds.count == network.exitCount - 1 else {
            throw TrainingError(
                .invalidRecipe,
                "recipe: 'thresholds' has \(thresholds.count) numbers, expected "
                    + "\(network.exitCount - 1), one for each early exit of '\(network.name)', or "
                    + "none")
        }
        let channels = network.inputShape.dimensions.first ?? 0
        for (key, count) in [
            ("data.mean", data.mean.count),
            ("data.standardDeviation", data.standardDeviation.count),
        ] where count != channels {
            throw TrainingError(
                .invalidRecipe,
                "recipe: '\(key)' has \(count) numbers, expected \(channels): one for each channel")
        }
        try check(data.colorJitter, fitsChannels: channels)
    }

    private func check(
        _ jitter: ColorJitterRecipe, fitsChannels channels: Int
    ) throws(TrainingError) {
        for (key, strength, known) in [
            ("brightness", jitter.brightness, [1, 3]), ("contrast", jitter.contrast, [1, 3]),
            ("saturation", jitter.saturation, [3]), ("hue", jitter.hue, [3]),
        ] where strength > 0 && !known.contains(channels) {
            throw TrainingError(
                .invalidRecipe,
                "recipe: 'data.colorJitter.\(key)' is \(strength), expected 0: images of "
                    + "\(channels) channel\(channels == 1 ? "" : "s") have no \(key)")
        }
    }
}
