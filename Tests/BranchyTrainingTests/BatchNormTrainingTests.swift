import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import TestSupport
import Testing

/// Networks that normalize by the batch: 13 images in batches of 4 make 3 steps an epoch, as the
/// last image would not fill one.
struct BatchNormTrainingTests {
    private let network = TinyTraining.networkWithBatchNorm

    private func recipe() throws -> Recipe {
        var recipe = try TinyTraining.recipe
        (recipe.epochs, recipe.batchSize) = (2, 4)
        return recipe
    }

    @Test func shortBatchIsLeftOut() throws {
        var trainer = try TinyTraining.trainer(
            of: network, recipe(), on: TinyTraining.noise(13, seed: 1))
        var samples: [Int] = []
        let stepCount = trainer.stepCount
        _ = try trainer.fit(observe: {
            if case .step(let progress) = $0 { samples.append(progress.samples) }
        })
        #expect(stepCount == 6)
        #expect(samples == [4, 4, 4, 4, 4, 4])
        #expect(trainer.state.history.count == 2)
    }

    @Test func imagesThatFillNoBatchAreRefused() throws {
        let recipe = try recipe()
        let error = TinyTraining.fault {
            _ = try TinyTraining.trainer(of: network, recipe, on: TinyTraining.noise(3, seed: 1))
        }
        #expect(error?.code == .invalidRecipe)
        #expect(error?.message.contains("'batchSize' is 4, expected at most 3") == true)
    }

    @Test func singleNumberPerChannelIsRefused() throws {
        let network = BranchedNetwork("one", inputShape: [1, 8, 8], classCount: 2) {
            Conv2D("conv", inputChannels: 1, outputChannels: 2, kernelSize: 8)
            BatchNorm2D("bn", channels: 2)
            Flatten()
            Linear("linear", inputFeatures: 2, outputFeatures: 2)
        }
        var recipe = try recipe()
        (recipe.batchSize, recipe.lossWeights, recipe.thresholds) = (1, [1], [])
        let error = TinyTraining.fault {
            _ = try TinyTraining.trainer(of: network, recipe, on: TinyTraining.noise(3, seed: 1))
        }
        #expect(error?.message.contains("'batchSize' is 1, expected 2 or more: 'bn'") == true)
    }

    @Test func resumingFromAnyStepGivesTheSameBits() throws {
        var recipe = try recipe()
        recipe.optimizer.name = .sgd
        recipe.optimizer.averageDecay = 0.9
        recipe.data.shift = 1
        let data = try TinyTraining.noise(13, seed: 1)
        let whole = try TinyTraining.state(of: network, recipe, on: data)
        for steps in 1...6 {
            let stopped = try TinyTraining.state(
                of: network, recipe, on: data, stoppingAfter: steps)
            #expect((stopped.epoch, stopped.batch) == (steps / 3, steps % 3))
            let resumed = try TinyTraining.state(of: network, recipe, on: data, from: stopped)
            #expect(resumed == whole)
        }
    }

    /// All images in one batch at a rate that moves nothing: after two steps of the same
    /// statistics, 0.81 of the start and 0.19 of the batch are left.
    @Test func runningValuesFollowTheBatches() throws {
        var recipe = try recipe()
        (recipe.batchSize, recipe.optimizer.learningRate) = (5, 1e-30)
        let data = try TinyTraining.noise(5, seed: 1)
        let start = try TinyTraining.start(network, recipe)
        let end = try TinyTraining.state(of: network, recipe, on: data, from: start)
        let maps = try maps(of: data, start.parameters, recipe)
        for (channel, numbers) in maps.enumerated() {
            let mean = numbers.reduce(0, +) / Double(numbers.count)
            let variance =
                numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count - 1)
            let found = [end.parameters["bn1.running_mean"], end.parameters["bn1.running_var"]]
                .map { Double($0?.scalars[channel] ?? .nan) }
            #expect(numbers.count == 45)
            // A few roundings of numbers of about 1.
            #expect(abs(found[0] - 0.19 * mean) < 1e-6)
            #expect(abs(found[1] - (0.81 + 0.19 * variance)) < 1e-6)
        }
        #expect(end.parameters["conv1.weight"] == start.parameters["conv1.weight"])
    }

    /// What the convolution makes of all images, by channel.
    private func maps(
        of data: ImageDataset, _ parameters: ParameterStore, _ recipe: Recipe
    ) throws -> [[Double]] {
        var pixels = [Float](repeating: 0, count: 64 * data.count)
        var span = pixels.mutableSpan
        try BatchLoader(data, preprocessing: recipe.data.preprocessing).loadImages(
            ArraySlice(data.labels.indices), into: &span)
        let weight = try #require(parameters["conv1.weight"]).scalars
        return (0..<2).map { channel in
            (0..<data.count * 9).map { place in
                let (image, row, column) = (place / 9, place % 9 / 3 * 2, place % 3 * 2)
                return (0..<16).reduce(0) { sum, tap in
                    let pixel = image * 64 + (row + tap / 4) * 8 + column + tap % 4
                    return sum + Double(pixels[pixel]) * Double(weight[channel * 16 + tap])
                }
            }
        }
    }

    @Test func averagesHoldRunningValuesToo() throws {
        var recipe = try recipe()
        recipe.optimizer.averageDecay = 0.999
        let end = try TinyTraining.state(
            of: network, recipe, on: TinyTraining.noise(13, seed: 1), stoppingAfter: 1)
        let running = try #require(end.parameters["bn1.running_mean"]).scalars
        let average = try #require(end.modelParameters["bn1.running_mean"]).scalars
        // From 0, of which 2/11 are kept after the first step.
        for (running, average) in zip(running, average) {
            #expect(running != 0)
            #expect(abs(running * 9 / 11 - average) < 1e-7)
        }
    }

    /// Without decay to the bit what they are with it, after one step.
    @Test func scalesAndShiftsDoNotDecay() throws {
        var recipe = try recipe()
        let data = try TinyTraining.noise(13, seed: 1)
        let plain = try TinyTraining.state(of: network, recipe, on: data, stoppingAfter: 1)
        recipe.optimizer.name = .adamw
        recipe.optimizer.weightDecay = 0.5
        let decayed = try TinyTraining.state(of: network, recipe, on: data, stoppingAfter: 1)
        for name in ["bn1.weight", "bn1.bias", "linear1.bias"] {
            #expect(decayed.parameters[name] == plain.parameters[name])
        }
        #expect(decayed.parameters["conv1.weight"] != plain.parameters["conv1.weight"])
    }

    @Test(arguments: Initialization.allCases)
    func brightHalvesAreLearnt(initialization: Initialization) throws {
        var recipe = try recipe()
        (recipe.epochs, recipe.batchSize, recipe.initialization) = (10, 8, initialization)
        (recipe.optimizer.name, recipe.schedule.name) = (.sgd, .cosine)
        let start = TrainingState(
            parameters: try .initial(for: network, seed: 7, by: initialization), recipe: recipe)
        let end = try TinyTraining.state(
            of: network, recipe, on: TinyTraining.halves(40, seed: 1), from: start)
        #expect(end.history.last?.validationAccuracy == [1, 1])
    }
}
