import BranchyCompute
public import BranchyNet

extension Recipe {
    /// The recipe that a network is trained by where nothing else is asked for: its own if it is
    /// built in, for whatever number of classes, and otherwise LeNet's, holding out few images and without thresholds.
    ///
    /// - Throws: `NetworkError` where a built-in network has no recipe.
    public static func standard(for network: BranchedNetwork) throws -> Recipe {
        if network.isBuiltIn { return try builtIn(for: network.name) }
        let channels = network.inputShape.dimensions.first ?? 0
        var recipe = leNet(network)
        recipe.thresholds = []
        recipe.data.validationImages = 100
        recipe.data.calibrationImages = 100
        recipe.data.mean = [Float](repeating: 0.5, count: channels)
        recipe.data.standardDeviation = [Float](repeating: 0.25, count: channels)
        return recipe
    }
}
