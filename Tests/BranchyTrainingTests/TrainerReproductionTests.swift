import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import TestSupport
import Testing

/// Two runs of one recipe give the same bits, however often one of them is stopped.
///
/// 13 images in batches of 4 make 4 steps an epoch, the last one short.
struct TrainerReproductionTests {
    @Test func sameSeedGivesTheSameBits() throws {
        let (recipe, data) = (try varied(), try TinyTraining.noise(13, seed: 1))
        let one = try TinyTraining.state(recipe, on: data)
        let two = try TinyTraining.state(recipe, on: data)
        #expect(one == two)
        #expect(one.epoch == 2)
        #expect(one.step == 8)
        #expect(one.history.map(\.epoch) == [1, 2])
    }

    /// The parameters start alike here: what differs is order, shifts and masks.
    @Test func anotherSeedGivesOtherBits() throws {
        let data = try TinyTraining.noise(13, seed: 1)
        var recipe = try varied()
        let start = try TinyTraining.start(TinyTraining.network, recipe)
        let one = try TinyTraining.state(recipe, on: data, from: start)
        recipe.seed = 8
        let two = try TinyTraining.state(recipe, on: data, from: start)
        for name in one.parameters.names { #expect(one.parameters[name] != two.parameters[name]) }
        #expect(one.moments != two.moments)
        #expect(one.history.map(\.trainingLoss) != two.history.map(\.trainingLoss))
    }

    @Test(
        arguments: [TinyTraining.network, TinyTraining.networkWithDropout],
        Recipe.OptimizerRecipe.Name.allCases)
    func resumingFromAnyStepGivesTheSameBits(
        network: BranchedNetwork, optimizer: Recipe.OptimizerRecipe.Name
    ) throws {
        var recipe = try varied()
        recipe.optimizer.name = optimizer
        let data = try TinyTraining.noise(13, seed: 1)
        let whole = try TinyTraining.state(of: network, recipe, on: data)
        for steps in 1...8 {
            let stopped = try TinyTraining.state(
                of: network, recipe, on: data, stoppingAfter: steps)
            #expect(stopped.step == steps)
            #expect((stopped.epoch, stopped.batch) == (steps / 4, steps % 4))
            let resumed = try TinyTraining.state(of: network, recipe, on: data, from: stopped)
            #expect(resumed == whole)
        }
    }

    @Test func resumingAfterEveryStepGivesTheSameBits() throws {
        let (recipe, data) = (try varied(), try TinyTraining.noise(13, seed: 1))
        let network = TinyTraining.networkWithDropout
        let whole = try TinyTraining.state(of: network, recipe, on: data)
        var state = try TinyTraining.start(network, recipe)
        for _ in 1...8 {
            state = try TinyTraining.state(
                of: network, recipe, on: data, from: state, stoppingAfter: 1)
        }
        #expect(state == whole)
    }

    @Test func fittingAgainAfterAStopGoesOn() throws {
        let (recipe, data) = (try varied(), try TinyTraining.noise(13, seed: 1))
        var trainer = try TinyTraining.trainer(recipe, on: data)
        var outcomes: [Trainer.Outcome] = []
        for _ in 1...8 { outcomes.append(try trainer.fit(shouldStop: { true })) }
        let state = trainer.state
        #expect(outcomes == [Trainer.Outcome](repeating: .stopped, count: 7) + [.completed])
        #expect(try state == TinyTraining.state(recipe, on: data))
        let again = try trainer.fit(save: { _ in Issue.record("nothing is left to save") })
        #expect(again == .completed)
    }

    @Test func whatWatchesTheRunDoesNotChangeIt() throws {
        let (recipe, data) = (try varied(), try TinyTraining.noise(13, seed: 1))
        var trainer = try TinyTraining.trainer(recipe, on: data)
        _ = try trainer.fit(checkpointInterval: .zero, save: { _ in }, observe: { _ in })
        let state = trainer.state
        #expect(try state == TinyTraining.state(recipe, on: data))
    }

    @Test func dropoutMasksDependOnTheStep() throws {
        var recipe = try TinyTraining.recipe
        (recipe.epochs, recipe.batchSize) = (1, 13)
        let data = try TinyTraining.noise(13, seed: 1)
        let network = TinyTraining.networkWithDropout
        var start = try TinyTraining.start(network)
        let atStep0 = try gradients(network, recipe, on: data, from: start)
        #expect(try gradients(network, recipe, on: data, from: start) == atStep0)
        start.step = 1
        #expect(try gradients(network, recipe, on: data, from: start) != atStep0)
        // Without dropout the step leaves derivatives as they are.
        let plain = try TinyTraining.start()
        var later = plain
        later.step = 1
        #expect(
            try gradients(TinyTraining.network, recipe, on: data, from: plain)
                == gradients(TinyTraining.network, recipe, on: data, from: later))
    }

    /// The order of the images differs from epoch to epoch, so that all of them are in one batch:
    /// what then differs is the shift of each.
    @Test func shiftsDependOnTheEpoch() throws {
        var recipe = try TinyTraining.recipe
        (recipe.epochs, recipe.batchSize, recipe.data.shift) = (2, 1, 2)
        let data = try TinyTraining.noise(1, seed: 1)
        var start = try TinyTraining.start()
        let inEpoch0 = try gradients(TinyTraining.network, recipe, on: data, from: start)
        #expect(try gradients(TinyTraining.network, recipe, on: data, from: start) == inEpoch0)
        start.step = 1
        #expect(try gradients(TinyTraining.network, recipe, on: data, from: start) == inEpoch0)
        start.epoch = 1
        #expect(try gradients(TinyTraining.network, recipe, on: data, from: start) != inEpoch0)
        recipe.data.shift = 0
        let unshifted = try gradients(TinyTraining.network, recipe, on: data, from: start)
        start.epoch = 0
        #expect(
            try gradients(TinyTraining.network, recipe, on: data, from: start) == unshifted)
    }

    @Test func flipsMirrorImages() throws {
        var recipe = try TinyTraining.recipe
        (recipe.epochs, recipe.batchSize) = (1, 32)
        let data = try TinyTraining.noise(32, seed: 1)
        let start = try TinyTraining.start()
        let plain = try gradients(TinyTraining.network, recipe, on: data, from: start)
        recipe.data.flip = true
        let flipped = try gradients(TinyTraining.network, recipe, on: data, from: start)
        #expect(flipped != plain)
        #expect(try gradients(TinyTraining.network, recipe, on: data, from: start) == flipped)
    }

    /// A recipe in which everything random takes part, and the rate changes from step to step.
    private func varied() throws -> Recipe {
        var recipe = try TinyTraining.recipe
        (recipe.epochs, recipe.batchSize, recipe.data.shift) = (2, 4, 2)
        recipe.data.flip = true
        (recipe.data.colorJitter.brightness, recipe.data.colorJitter.contrast) = (0.3, 0.3)
        (recipe.data.erasing.probability, recipe.data.erasing.value) = (0.5, .noise)
        (recipe.data.mixup, recipe.data.cutmix) = (0.4, 1)
        recipe.schedule.name = .oneCycle
        recipe.optimizer.maximumGradientNorm = 0.5
        recipe.optimizer.averageDecay = 0.9
        return recipe
    }

    /// A tenth of the gradients of the next step: the mean's change from 0 at β₁ = 0.9.
    private func gradients(
        _ network: BranchedNetwork, _ recipe: Recipe, on data: ImageDataset,
        from state: TrainingState
    ) throws -> ParameterStore {
        try TinyTraining.state(of: network, recipe, on: data, from: state, stoppingAfter: 1)
            .moments.first
    }
}
