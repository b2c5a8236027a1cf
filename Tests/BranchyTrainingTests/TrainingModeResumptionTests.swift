import BranchyCompute
import BranchyNet
import BranchyTraining
import TestSupport
import Testing

/// Every mode of training ends in the same bits, however often a run of it was stopped and written down.
struct TrainingModeResumptionTests {
    struct Mode: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let change: @Sendable (inout Recipe) -> Void
    }

    private static let modes = [
        Mode(testDescription: "joint") { _ in },
        Mode(testDescription: "trunk first") {
            ($0.regime.name, $0.regime.trunkShare) = (.trunkFirst, 0.3)
        },
        Mode(testDescription: "layer-wise") { $0.regime.name = .layerWise },
        Mode(testDescription: "gradient equilibrium") { $0.gradientEquilibrium = true },
        Mode(testDescription: "self-distillation") { $0.distillation.weight = 0.5 },
        Mode(testDescription: "trunk first, balanced and distilled") {
            ($0.regime.name, $0.gradientEquilibrium) = (.trunkFirst, true)
            $0.distillation.weight = 0.5
        },
    ]

    @Test(arguments: modes, [Recipe.OptimizerRecipe.Name.sgd, .adamw])
    func resumingFromAnyStepGivesTheSameBits(
        mode: Mode, optimizer: Recipe.OptimizerRecipe.Name
    ) throws {
        let network = TinyTraining.networkOfThreeExits
        var recipe = try TinyTraining.recipeOfThreeExits
        (recipe.optimizer.name, recipe.optimizer.momentum) = (optimizer, 0.9)
        (recipe.optimizer.weightDecay, recipe.optimizer.averageDecay) = (0.01, 0.9)
        (recipe.schedule.name, recipe.data.shift) = (.oneCycle, 1)
        mode.change(&recipe)
        let data = try TinyTraining.noise(13, seed: 1)
        let whole = try TinyTraining.state(of: network, recipe, on: data)
        #expect(whole.step == 9 && whole.parameters.isFinite)
        try withTemporaryFolder { folder in
            var state: TrainingState?
            for stop in [2, 1, 2, 3, .max] {
                let stopped = try TinyTraining.state(
                    of: network, recipe, on: data, from: state, stoppingAfter: stop)
                let path = folder + "/checkpoint.safetensors"
                try Checkpoint(
                    network: network, recipe: recipe, dataChecksums: [], initialChecksum: nil,
                    threads: 1, state: stopped
                ).write(to: path)
                let checkpoint = try Checkpoint(contentsOf: path)
                #expect(checkpoint.recipe == recipe)
                state = checkpoint.state
            }
            #expect(state == whole)
        }
    }
}
