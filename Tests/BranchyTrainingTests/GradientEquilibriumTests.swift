import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import Testing

/// Each piece of the trunk follows the mean of what the exits behind it ask for.
struct GradientEquilibriumTests {
    private static var recipe: Recipe {
        get throws {
            var recipe = try TinyTraining.recipeOfThreeExits
            recipe.gradientEquilibrium = true
            return recipe
        }
    }

    /// With one exit there is nothing to balance.
    @Test func withOneExitItIsJointTrainingToTheBit() throws {
        let network = TinyTraining.networkOfThreeExits.withoutBranches(name: "plain")
        var recipe = try Self.recipe
        recipe.lossWeights = [1]
        let data = try TinyTraining.noise(13, seed: 1)
        let balanced = try TinyTraining.state(of: network, recipe, on: data)
        recipe.gradientEquilibrium = false
        #expect(try TinyTraining.state(of: network, recipe, on: data) == balanced)
    }

    /// Dividing by 2 is exact in binary; the third is rounded once more.
    @Test func derivativesAreThoseOfJointTrainingByTheExitsBehind() throws {
        var recipe = try Self.recipe
        let balanced = try MeasuredLoss(recipe: recipe).gradients()
        recipe.gradientEquilibrium = false
        let joint = try MeasuredLoss(recipe: recipe).gradients()
        for (name, exits) in Self.exitsBehind {
            let expected = try #require(joint[name]).scalars.map { $0 * (1 / Float(exits)) }
            #expect(balanced[name]?.scalars == expected, "\(name)")
            #expect(expected.contains { $0 != 0 })
        }
    }

    /// The derivative of the mean of the losses behind a stage, measured by moving its parameters.
    @Test func derivativesAreOfTheMeanLossBehind() throws {
        let recipe = try Self.recipe
        let gradients = try MeasuredLoss(recipe: recipe).gradients()
        for (name, exits) in Self.exitsBehind where !name.hasPrefix("branch") {
            var behind = recipe
            behind.lossWeights = (0..<3).map { $0 < 3 - exits ? 0 : 1 / Double(exits) }
            for index in 0..<2 {
                let measured = try MeasuredLoss(recipe: behind).derivative(by: name, index)
                let found = try #require(gradients[name]).scalars[index]
                #expect(abs(Double(found) - measured) < MeasuredLoss.tolerance, "\(name)")
            }
        }
    }

    /// Shortened gradients are those that are followed, and not those of joint training.
    @Test func clippingSeesWhatIsFollowed() throws {
        var recipe = try Self.recipe
        let sum = try MeasuredLoss(recipe: recipe).gradients().reduce(0) {
            $0 + GradientClipping.sumOfSquares($1.tensor.scalars.span)
        }
        recipe.optimizer.maximumGradientNorm = sum.squareRoot() / 2
        let clipped = try MeasuredLoss(recipe: recipe).gradients().reduce(0) {
            $0 + GradientClipping.sumOfSquares($1.tensor.scalars.span)
        }
        // The small number in the norm, and roundings of single precision.
        #expect(abs(clipped.squareRoot() - sum.squareRoot() / 2) < 1e-5)
    }

    @Test func frozenTrunksHaveNone() throws {
        var recipe = try Self.recipe
        recipe.freeze = .trunk
        let fault = TinyTraining.fault { try recipe.validate() }
        #expect(fault?.message.contains("'gradientEquilibrium' is true, expected false") == true)
    }

    private static let exitsBehind = [
        ("conv1.weight", 3), ("bn1.weight", 3), ("bn1.bias", 3), ("conv2.weight", 2),
        ("bn2.weight", 2), ("linear1.weight", 1), ("branch1.linear.weight", 1),
        ("branch2.linear.bias", 1),
    ]
}
