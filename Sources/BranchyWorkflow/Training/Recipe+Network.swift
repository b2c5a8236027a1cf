package import BranchyNet
package import BranchyTraining

extension Recipe {
    /// Requires that the recipe is one for a network.
    ///
    /// - Parameter source: what it came from, for the error.
    /// - Throws: `TrainingError` of code `invalidRecipe`.
    package func check(isFor network: BranchedNetwork, source: String = "recipe") throws {
        guard self.network == network.name else {
            throw TrainingError(
                .invalidRecipe,
                "\(source): the recipe is for '\(self.network)', but '\(network.name)' was asked for"
            )
        }
        try check(fits: network)
    }
}
