import BranchyCompute
public import BranchyNet

extension Recipe {
    /// Branches on a model that stays as it is. Thresholds have to be calibrated.
    ///
    /// Pictures are prepared as the model prepares them, and seen as they are, once: what is learnt
    /// from is computed once. Heads are small and begin at random, so rates are those of whole
    /// networks.
    public static func heads(of model: TrainedModel) -> Recipe {
        var recipe = heads(of: model.network)
        recipe.data.take(model.preprocessing)
        return recipe
    }

    /// The same for whatever preparation.
    static func heads(of network: BranchedNetwork) -> Recipe {
        let channels = network.inputShape.dimensions.first ?? 0
        var recipe = Recipe(
            network: network.name, dataset: "folder:photos", seed: 1, epochs: 10, batchSize: 64,
            lossWeights: [Double](repeating: 1, count: network.exitCount), initialization: .he,
            thresholds: [],
            optimizer: .init(name: .adamw, learningRate: 0.002, weightDecay: 0.01),
            schedule: .init(name: .oneCycle, warmup: 0.1),
            data: DataRecipe(
                validationImages: 5_000, calibrationImages: 5_000, shift: 0,
                mean: [Float](repeating: 0.5, count: channels),
                standardDeviation: [Float](repeating: 0.25, count: channels)))
        recipe.freeze = .trunk
        return recipe
    }

    /// All of a trained model, from where it stands, at a low rate.
    public static func fineTuning(of model: TrainedModel) -> Recipe {
        var recipe = heads(of: model)
        recipe.freeze = .none
        recipe.batchSize = 32
        recipe.optimizer = .init(
            name: .sgd, learningRate: 0.002, momentum: 0.9, nesterov: true, weightDecay: 5e-4)
        recipe.data.flip = true
        return recipe
    }

    /// What holds where nobody chose: of the networks that are trained like this.
    ///
    /// - Throws: `NetworkError` where a built-in network has no recipe.
    package func standard(for network: BranchedNetwork) throws -> Recipe {
        freeze == .trunk ? Self.heads(of: network) : try Self.standard(for: network)
    }
}

extension Recipe.DataRecipe {
    /// Prepares pictures as a model does.
    fileprivate mutating func take(_ preprocessing: Preprocessing) {
        (mean, standardDeviation) = (preprocessing.mean, preprocessing.standardDeviation)
        guard let geometry = preprocessing.geometry else { return }
        (resize, stretch) = (geometry.resize ?? 0, geometry.resize == nil)
        interpolation = geometry.interpolation
    }
}
