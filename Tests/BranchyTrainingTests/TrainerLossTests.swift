import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// What is minimized: the weighted sum of the exits' losses, a mean over the samples of a batch.
struct TrainerLossTests {
    /// At a rate of 1e-30 no parameter moves, so that every image meets the same network; by hand:
    /// `log Σ exp(logits) − logit of the class`, weighted over exits, averaged over images.
    @Test(arguments: [1, 4, 5, 13, 20]) func lossIsTheMeanOverAllImages(batchSize: Int) throws {
        var recipe = try TinyTraining.recipe
        (recipe.epochs, recipe.batchSize, recipe.lossWeights) = (1, batchSize, [0.25, 2])
        recipe.optimizer.learningRate = 1e-30
        let data = try TinyTraining.noise(13, seed: 2)
        let start = try TinyTraining.start()
        let end = try TinyTraining.state(recipe, on: data, from: start)
        let losses = try losses(of: start.parameters, recipe, on: data)
        let expected = losses.reduce(0, +) / 13
        #expect(end.parameters == start.parameters)
        // Logits, scaled pixels and each batch's loss are rounded to single precision: a dozen
        // units of 6e-8, in logits and losses of about 1.
        #expect(abs(end.history[0].trainingLoss - expected) < 2e-6)
        // The mean over batches, which gives images of a short batch more weight, is another.
        if batchSize == 4 {
            let order = try IndexBatches.shuffled(count: 13, batchSize: 4, seed: 7, epoch: 0)
            let means = order.map { batch in
                batch.reduce(0) { $0 + losses[$1] } / Double(batch.count)
            }
            #expect(abs(means.reduce(0, +) / 4 - expected) > 1e-3)
        }
    }

    /// Each image weighs 13 / (2 · images of its class), whatever the batch that it is in.
    @Test(arguments: [4, 13]) func balancedClassesWeighTheSame(batchSize: Int) throws {
        var recipe = try TinyTraining.recipe
        (recipe.epochs, recipe.batchSize, recipe.lossWeights) = (1, batchSize, [0.25, 2])
        recipe.optimizer.learningRate = 1e-30
        recipe.data.classWeights = .balanced
        let data = try TinyTraining.noise(13, seed: 2)
        let labels = (0..<13).map { data.label(at: $0) }
        let start = try TinyTraining.start()
        let end = try TinyTraining.state(recipe, on: data, from: start)
        let weighted = try losses(of: start.parameters, recipe, on: data).enumerated().map {
            index, loss in
            loss * 13 / (2 * Double(labels.count { $0 == labels[index] }))
        }
        #expect(labels.count { $0 == 0 } != labels.count { $0 == 1 })
        // Rounding as above.
        #expect(abs(end.history[0].trainingLoss - weighted.reduce(0, +) / 13) < 2e-6)
    }

    /// Equal to the bit, since every weight is exactly 1.
    @Test func balancingWhatIsBalancedChangesNothing() throws {
        var recipe = try TinyTraining.recipe
        let data = try TinyTraining.halves(16, seed: 2)
        let plain = try TinyTraining.state(recipe, on: data)
        recipe.data.classWeights = .balanced
        #expect(try TinyTraining.state(recipe, on: data) == plain)
    }

    /// The second step on 13 images in batches of 8 has 5: what it does is what the only batch of
    /// these 5 does. Equal to the bit: the reference engine adds up in double precision and in
    /// order, and rows that are left over add zeros.
    @Test func shortBatchTrainsAsABatchOfItsSize() throws {
        var recipe = try TinyTraining.recipe
        recipe.epochs = 1
        let data = try TinyTraining.noise(13, seed: 2)
        let stopped = try TinyTraining.state(recipe, on: data, stoppingAfter: 1)
        // In one go, so that the left over rows hold images of the first batch.
        let whole = try TinyTraining.state(recipe, on: data)

        let short = try IndexBatches.shuffled(count: 13, batchSize: 8, seed: 7, epoch: 0)[1]
        let places = try IndexBatches.shuffled(count: 5, batchSize: 5, seed: 7, epoch: 0)[0]
        var indices = [Int](repeating: 0, count: 5)
        for (place, index) in zip(places, short) { indices[place] = index }
        recipe.batchSize = 5
        var state = TrainingState(parameters: stopped.parameters, recipe: recipe)
        (state.moments, state.step) = (stopped.moments, 1)
        let alone = try TinyTraining.state(recipe, on: data.subset(indices), from: state)
        #expect(alone.parameters == whole.parameters)
        #expect(alone.moments == whole.moments)
        #expect(alone.parameters != stopped.parameters)
    }

    /// Scaling by 2 and by 4 is exact in binary, so that equality is to the bit.
    @Test func doublingAllLossWeightsDoublesTheGradients() throws {
        var recipe = try TinyTraining.recipe
        recipe.lossWeights = [0.75, 1.25]
        let data = try TinyTraining.noise(8, seed: 2)
        let one = try TinyTraining.state(recipe, on: data, stoppingAfter: 1).moments
        recipe.lossWeights = [1.5, 2.5]
        let two = try TinyTraining.state(recipe, on: data, stoppingAfter: 1).moments
        for name in one.first.names {
            let (mean, square) = (try #require(one.first[name]), try #require(one.second[name]))
            #expect(two.first[name]?.scalars == mean.scalars.map { 2 * $0 })
            #expect(two.second[name]?.scalars == square.scalars.map { 4 * $0 })
            #expect(mean.scalars.contains { $0 != 0 })
        }
    }

    /// Equal to the bit: the branch adds exact zeros to the derivatives at its branch point.
    @Test func branchOfWeightZeroStaysAndTheBackboneTrainsAsWithoutIt() throws {
        var recipe = try TinyTraining.recipe
        recipe.data.shift = 1
        recipe.lossWeights = [0, 1]
        let data = try TinyTraining.noise(13, seed: 2)
        let start = try TinyTraining.start()
        let branched = try TinyTraining.state(recipe, on: data)
        recipe.lossWeights = [1]
        recipe.thresholds = []
        let network = TinyTraining.network.withoutBranches(name: "plain")
        let plain = try TinyTraining.state(of: network, recipe, on: data)
        #expect(plain.parameters.count == 6)
        for (name, tensor) in plain.parameters {
            #expect(branched.parameters[name] == tensor)
            #expect(start.parameters[name] != tensor)
        }
        for name in ["branch1.linear.weight", "branch1.linear.bias"] {
            #expect(branched.parameters[name] == start.parameters[name])
            #expect(branched.moments.second[name]?.scalars.allSatisfy { $0 == 0 } == true)
        }
        #expect(branched.history.map(\.trainingLoss) == plain.history.map(\.trainingLoss))
    }

    @Test func finalExitOfWeightZeroTrainsTheBranchAlone() throws {
        var recipe = try TinyTraining.recipe
        recipe.lossWeights = [1, 0]
        let start = try TinyTraining.start()
        let end = try TinyTraining.state(recipe, on: TinyTraining.noise(13, seed: 2))
        let changed = start.parameters.names.filter { start.parameters[$0] != end.parameters[$0] }
        #expect(
            Set(changed) == [
                "conv1.weight", "conv1.bias", "branch1.linear.weight", "branch1.linear.bias",
            ])
    }

    @Test func onlyParametersOfTheNetworkChange() throws {
        var start = try TinyTraining.start()
        start.parameters["other.weight"] = Tensor(repeating: 1, [2])
        let end = try TinyTraining.state(
            TinyTraining.recipe, on: TinyTraining.noise(8, seed: 2), from: start)
        #expect(end.parameters["other.weight"] == start.parameters["other.weight"])
        #expect(end.parameters.names == start.parameters.names)
        for name in start.parameters.names where name != "other.weight" {
            #expect(end.parameters[name] != start.parameters[name])
        }
    }

    /// The joint loss of each image.
    private func losses(
        of parameters: ParameterStore, _ recipe: Recipe, on data: ImageDataset
    ) throws -> [Double] {
        let loader = try BatchLoader(data, preprocessing: recipe.data.preprocessing)
        var evaluator = try LogitsEvaluator(
            network: TinyTraining.network, parameters: parameters, engine: ReferenceEngine(),
            batchSize: data.count)
        var losses = [Double](repeating: 0, count: data.count)
        try evaluator.evaluate { images in
            try loader.loadImages(ArraySlice(data.labels.indices), into: &images)
        } _: { exit, logits in
            for row in losses.indices {
                let own = Double(logits[2 * row + data.label(at: row)])
                let sum = exp(Double(logits[2 * row])) + exp(Double(logits[2 * row + 1]))
                losses[row] += recipe.lossWeights[exit] * (log(sum) - own)
            }
        }
        return losses
    }
}
