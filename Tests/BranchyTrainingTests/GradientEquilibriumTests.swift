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
        let balanced = try Self.gradients(recipe)
        recipe.gradientEquilibrium = false
        let joint = try Self.gradients(recipe)
        for (name, exits) in Self.exitsBehind {
            let expected = try #require(joint[name]).scalars.map { $0 * (1 / Float(exits)) }
            #expect(balanced[name]?.scalars == expected, "\(name)")
            #expect(expected.contains { $0 != 0 })
        }
    }

    /// The derivative of the mean of the losses behind a stage, measured by moving its parameters.
    @Test func derivativesAreOfTheMeanLossBehind() throws {
        let recipe = try Self.recipe
        let gradients = try Self.gradients(recipe)
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
        let sum = try Self.gradients(recipe).reduce(0) {
            $0 + GradientClipping.sumOfSquares($1.tensor.scalars.span)
        }
        recipe.optimizer.maximumGradientNorm = sum.squareRoot() / 2
        let clipped = try Self.gradients(recipe).reduce(0) {
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

    /// What the first step follows, which the optimizer keeps.
    private static func gradients(_ recipe: Recipe) throws -> ParameterStore {
        try TinyTraining.state(
            of: TinyTraining.networkOfThreeExits, recipe, on: MeasuredLoss.images,
            stoppingAfter: 1
        ).moments.first
    }
}

/// What a run of ``TinyTraining/networkOfThreeExits`` minimizes in its first step, measured.
struct MeasuredLoss {
    /// Of as many images as a batch has.
    static var images: ImageDataset { get throws { try TinyTraining.noise(4, seed: 3) } }
    /// Derivatives here are 0.01 to 1. A loss of about 1 to 3 is rounded by 2e-7, which a step of 2/1024
    /// makes 1e-4; what the second derivative adds is less.
    static let tolerance = 5e-4
    private static let distance: Float = 1 / 1024

    var recipe: Recipe

    /// By one number of a parameter, from both sides.
    func derivative(by name: String, _ index: Int) throws -> Double {
        let (above, below) = (
            try loss(moving: name, index, by: Self.distance),
            try loss(moving: name, index, by: -Self.distance)
        )
        return (above - below) / Double(2 * Self.distance)
    }

    /// The loss that an epoch of one batch tells, at a rate that moves nothing.
    private func loss(moving name: String, _ index: Int, by distance: Float) throws -> Double {
        var recipe = recipe
        (recipe.epochs, recipe.optimizer.learningRate) = (1, 1e-30)
        var start = try TinyTraining.start(TinyTraining.networkOfThreeExits, recipe)
        _ = start.parameters.withMutableScalars(of: name) { $0[index] += distance }
        let end = try TinyTraining.state(
            of: TinyTraining.networkOfThreeExits, recipe, on: Self.images, from: start)
        return end.history[0].trainingLoss
    }
}
