import BranchyNet

extension Recipe {
    /// The networks for photographs, on a folder of one's own. Thresholds have to be calibrated.
    ///
    /// Parts of photographs are what keeps so large a network from learning some hundred of them by
    /// heart (torchvision's recipes for ImageNet have the same, and the statistics of its images).
    static func photo(_ network: BranchedNetwork) -> Recipe {
        var recipe = Recipe(
            network: network.name, dataset: "folder:photos", seed: 1, epochs: 40, batchSize: 32,
            lossWeights: [Double](repeating: 1, count: network.exitCount), initialization: .he,
            thresholds: [],
            optimizer: .init(
                name: .sgd, learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 5e-4),
            schedule: .init(name: .cosine, warmup: 0.1),
            data: DataRecipe(
                validationImages: 5_000, calibrationImages: 5_000, shift: 0, flip: true,
                mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225]))
        recipe.labelSmoothing = 0.1
        recipe.data.cropArea = 0.35
        recipe.data.cropSource = .resized
        return recipe
    }
}
