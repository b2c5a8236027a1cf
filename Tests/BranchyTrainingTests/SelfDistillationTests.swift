import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import TestSupport
import Testing

/// Early exits learn from the last one, which learns along from labels alone.
struct SelfDistillationTests {
    private static var recipe: Recipe {
        get throws {
            var recipe = try TinyTraining.recipeOfThreeExits
            (recipe.distillation.weight, recipe.distillation.temperature) = (0.75, 3)
            return recipe
        }
    }

    /// What is minimized depends on a branch in no other way than its derivative says.
    @Test(arguments: ["branch1.linear.weight", "branch1.linear.bias", "branch2.linear.weight"])
    func derivativesByBranchesAreOfBothLosses(name: String) throws {
        let recipe = try Self.recipe
        let gradient = try #require(try MeasuredLoss(recipe: recipe).gradients()[name]).scalars
        for index in 0..<2 {
            let measured = try MeasuredLoss(recipe: recipe).derivative(by: name, index)
            #expect(abs(Double(gradient[index]) - measured) < MeasuredLoss.tolerance)
        }
    }

    /// Its last layer moves what early exits are taught, and follows none of that: derivatives are those
    /// of training without a teacher to the bit, and not those of the whole loss.
    @Test func theTeacherGetsNoGradient() throws {
        var recipe = try Self.recipe
        recipe.distillation.weight = 1
        let taught = try MeasuredLoss(recipe: recipe).gradients()
        let gradient = try #require(taught["linear1.weight"]).scalars
        let measured = try (0..<4).map {
            try MeasuredLoss(recipe: recipe).derivative(by: "linear1.weight", $0)
        }
        recipe.distillation.weight = 0
        let plain = try MeasuredLoss(recipe: recipe).gradients()
        for name in ["linear1.weight", "linear1.bias"] { #expect(taught[name] == plain[name]) }
        #expect(taught["conv1.weight"] != plain["conv1.weight"])
        #expect(
            (0..<4).contains {
                abs(Double(gradient[$0]) - measured[$0]) > 4 * MeasuredLoss.tolerance
            })
    }

    /// Where labels mean nothing, exits that learn from the last one alone come to say what it says.
    @Test func earlyExitsComeToAgreeWithTheLast() throws {
        let images = try TinyTraining.noise(32, seed: 5)
        let agreement = try [0.0, 1.0].map { weight in
            var recipe = try Self.recipe
            recipe.distillation.weight = weight
            (recipe.epochs, recipe.lossWeights) = (20, [1, 1, 0.01])
            var trainer = try TinyTraining.trainer(
                of: TinyTraining.networkOfThreeExits, recipe, on: images)
            _ = try trainer.fit()
            let model = trainer.model()
            let predictor = try Predictor(
                network: model.network, parameters: model.parameters,
                policy: FixedExitPolicy(exit: 2), engine: ReferenceEngine())
            return try (0..<images.count).count { index in
                let image = try model.preprocessing.image(
                    of: images.pixels(at: index), shape: model.network.inputShape)
                let said = try predictor.predictAtEveryExit(image).map(\.predictedClass)
                return said[1] == said[2]
            }
        }
        #expect(agreement[1] > agreement[0], "\(agreement) of 32")
    }

    @Test func recipesThatContradictThemselvesAreRefused() throws {
        let changes: [(inout Recipe) -> Void] = [
            { $0.data.mixup = 0.2 }, { $0.data.cutmix = 1 }, { $0.lossWeights = [1] },
            { ($0.freeze, $0.newClasses) = (.trunk, true) },
        ]
        for change in changes {
            var recipe = try Self.recipe
            change(&recipe)
            let fault = TinyTraining.fault { try recipe.validate() }
            #expect(fault?.message.contains("'distillation.weight' is 0.75, expected 0 ") == true)
        }
        var recipe = try Self.recipe
        recipe.newClasses = true
        try recipe.validate()
    }
}
