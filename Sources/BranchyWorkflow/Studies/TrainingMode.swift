import BranchyTraining

/// A way of training the exits of a network; see ``Recipe/RegimeRecipe`` and the recipe's other keys.
public enum TrainingMode: String, Hashable, Sendable, Encodable, CaseIterable {
    /// All exits at once, on the sum of their losses.
    case joint
    /// The plain network for half of the epochs, then all exits.
    case trunkFirst = "trunk-first"
    /// Jointly, each piece of the trunk along the mean of the exits behind it.
    case gradientEquilibrium = "gradient-equilibrium"
    /// Jointly, early exits half from what the last one says.
    case selfDistillation = "self-distillation"
    /// One exit after the other, each with the piece of the trunk before it.
    case layerWise = "layer-wise"

    /// What this mode makes of a recipe of joint training.
    func applied(to joint: Recipe) -> Recipe {
        var recipe = joint
        switch self {
        case .joint: break
        case .trunkFirst: (recipe.regime.name, recipe.regime.trunkShare) = (.trunkFirst, 0.5)
        case .gradientEquilibrium: recipe.gradientEquilibrium = true
        case .selfDistillation: recipe.distillation.weight = 0.5
        case .layerWise: recipe.regime.name = .layerWise
        }
        return recipe
    }
}
