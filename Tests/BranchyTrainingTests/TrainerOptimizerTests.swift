import BranchyCompute
import BranchyData
import BranchyTraining
import TestSupport
import Testing

/// What a recipe says about optimizer, losses and averages, and the trainer does.
struct TrainerOptimizerTests {
    /// One step of SGD without momentum on all images: what it changes is the rate times the
    /// gradient.
    private func recipe() throws -> Recipe {
        var recipe = try TinyTraining.recipe
        (recipe.epochs, recipe.batchSize) = (1, 8)
        recipe.optimizer.name = .sgd
        recipe.optimizer.momentum = 0
        return recipe
    }

    private func end(_ recipe: Recipe) throws -> TrainingState {
        try TinyTraining.state(recipe, on: TinyTraining.noise(8, seed: 2))
    }

    /// Biases are to the bit what they are without decay; weights are smaller by η·λ of themselves.
    @Test func weightsDecayAndBiasesDoNot() throws {
        var recipe = try recipe()
        let start = try TinyTraining.start(seed: recipe.seed).parameters
        let plain = try end(recipe).parameters
        recipe.optimizer.weightDecay = 0.5
        let decayed = try end(recipe).parameters
        for (name, tensor) in plain {
            let pairs = zip(tensor.scalars, decayed[name]?.scalars ?? [])
            if name.hasSuffix(".bias") {
                #expect(pairs.allSatisfy { $0 == $1 })
                continue
            }
            for ((without, with), first) in zip(pairs, start[name]?.scalars ?? []) {
                // A few roundings of numbers below 1.
                #expect(abs(without - with - 0.01 * 0.5 * first) < 3e-7)
            }
        }
    }

    /// The gradient's norm is what SGD's step has at a rate of 1, so clipping to half of it halves
    /// the step.
    @Test func allGradientsTogetherAreShortenedToTheLimit() throws {
        var recipe = try recipe()
        recipe.optimizer.learningRate = 1
        let start = try TinyTraining.start(seed: recipe.seed).parameters
        let free = try end(recipe).parameters.difference(from: start)
        let norm = free.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        recipe.optimizer.maximumGradientNorm = norm / 2
        let clipped = try end(recipe).parameters.difference(from: start)
        #expect(norm > 0.1)
        // Differences of numbers below 1 are good to their last bit, 6e-8.
        for (free, clipped) in zip(free, clipped) { #expect(abs(free / 2 - clipped) < 2e-7) }
        recipe.optimizer.maximumGradientNorm = 2 * norm
        #expect(try end(recipe).parameters.difference(from: start) == free)
    }

    /// By hand after one step, where the average keeps 2/11 of the start.
    @Test func averageOfTheWeightsIsKeptAndValidated() throws {
        var recipe = try recipe()
        recipe.optimizer.learningRate = 1
        let plain = try end(recipe)
        #expect(plain.average.count == 0)
        #expect(plain.modelParameters == plain.parameters)
        recipe.optimizer.averageDecay = 0.999
        let averaged = try end(recipe)
        let start = try TinyTraining.start(seed: recipe.seed).parameters
        #expect(averaged.parameters == plain.parameters)
        #expect(averaged.modelParameters == averaged.average)
        for (name, tensor) in start {
            let after = zip(tensor.scalars, plain.parameters[name]?.scalars ?? [])
            for ((before, after), average) in zip(after, averaged.average[name]?.scalars ?? []) {
                #expect(abs(before * 2 / 11 + after * 9 / 11 - average) < 2e-7)
            }
        }
    }

    /// With a decay that hardly moves, the average stays where it began, and what is validated is
    /// that beginning.
    @Test func validationLooksAtTheAverage() throws {
        var recipe = try recipe()
        (recipe.epochs, recipe.optimizer.learningRate) = (30, 0.5)
        let data = try TinyTraining.halves(16, seed: 1)
        let plain = try TinyTraining.state(recipe, on: data)
        // Ahead by many steps, where the decay is no longer held back.
        recipe.optimizer.averageDecay = 1.0.nextDown
        recipe.epochs = 100_000
        var state = try TinyTraining.start(TinyTraining.network, recipe)
        (state.step, state.epoch) = (1 << 40, recipe.epochs - 30)
        let averaged = try TinyTraining.state(recipe, on: data, from: state)
        #expect(plain.history.last?.validationAccuracy == [1, 1])
        #expect(Set(averaged.history.map(\.validationAccuracy)).count == 1)
        #expect(averaged.history.last?.validationAccuracy != [1, 1])
    }

    /// At a rate of 1e-30 the loss is that of the start. Of two classes, smoothing by ε moves ε/2
    /// of the target from one logit to the other: each loss grows by that share of their
    /// difference, which is at most log 2 apart from it where the loss is about log 2.
    @Test func labelSmoothingIsPartOfTheLoss() throws {
        var recipe = try recipe()
        recipe.optimizer.learningRate = 1e-30
        recipe.lossWeights = [0, 1]
        let hard = try end(recipe).history[0].trainingLoss
        recipe.labelSmoothing = 0.5
        let half = try end(recipe).history[0].trainingLoss
        recipe.labelSmoothing = 0.25
        let quarter = try end(recipe).history[0].trainingLoss
        // Linear in ε.
        #expect(abs((hard + half) / 2 - quarter) < 1e-6)
        #expect(abs(hard - half) > 1e-4)
    }
}

extension ParameterStore {
    /// What all numbers are larger by than another store's.
    fileprivate func difference(from other: ParameterStore) -> [Float] {
        flatMap { name, tensor in
            zip(tensor.scalars, other[name]?.scalars ?? []).map { $0 - $1 }
        }
    }
}
