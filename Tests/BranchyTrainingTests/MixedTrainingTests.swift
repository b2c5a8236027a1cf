import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// Training on images that are mixed: each exit's loss is that against both classes, by their shares.
struct MixedTrainingTests {
    /// At a rate of 1e-30 no parameter moves. By hand, from the logits of each mixed image:
    /// `share · wₐ · CE(a) + (1 − share) · w_b · CE(b)`, weighted over exits, averaged over images.
    @Test(
        arguments: [(0.4, 0.0), (0, 1.0), (0.4, 1)], [ClassWeighting.none, .balanced])
    func lossIsTheSumAgainstBothClasses(
        parameters: (mixup: Double, cutmix: Double), classWeights: ClassWeighting
    ) throws {
        var recipe = try TinyTraining.recipe
        (recipe.epochs, recipe.batchSize, recipe.lossWeights) = (1, 4, [0.25, 2])
        recipe.optimizer.learningRate = 1e-30
        recipe.labelSmoothing = 0.1
        recipe.data.classWeights = classWeights
        (recipe.data.mixup, recipe.data.cutmix) = parameters
        let data = try TinyTraining.noise(13, seed: 2)
        let end = try TinyTraining.state(recipe, on: data)
        let expected = try batches(of: recipe, data).map {
            try loss(of: $0, recipe, on: data) * Double($0.count)
        }
        // Logits, pixels, weights and each batch's loss are rounded to single precision: two dozen
        // units of 6e-8, in logits and losses of about 1.
        #expect(abs(end.history[0].trainingLoss - expected.reduce(0, +) / 13) < 4e-6)
        #expect(expected.count == 4)
    }

    /// Equal to the bit: the second loss adds exact zeros.
    @Test(arguments: [(1e-9, 0.0), (0, 1e-9)])
    func shareOfOneTrainsAsWithoutMixing(mixup: Double, cutmix: Double) throws {
        var recipe = try TinyTraining.recipe
        (recipe.epochs, recipe.labelSmoothing) = (1, 0.1)
        let data = try TinyTraining.noise(8, seed: 2)
        var compared = 0
        for seed in 0..<10 as Range<UInt64> {
            recipe.seed = seed
            (recipe.data.mixup, recipe.data.cutmix) = (0, 0)
            let plain = try TinyTraining.state(recipe, on: data)
            (recipe.data.mixup, recipe.data.cutmix) = (mixup, cutmix)
            let mixed = try TinyTraining.state(recipe, on: data)
            let share = try #require(try batches(of: recipe, data)[0].partners?.ownShare)
            guard share == 1 else { continue }
            compared += 1
            #expect(mixed == plain)
        }
        #expect((1..<10).contains(compared))
    }

    @Test func mixedImagesTrainOtherParameters() throws {
        var recipe = try TinyTraining.recipe
        let data = try TinyTraining.noise(13, seed: 2)
        let plain = try TinyTraining.state(recipe, on: data)
        recipe.data.mixup = 1
        let mixed = try TinyTraining.state(recipe, on: data)
        for name in plain.parameters.names {
            #expect(mixed.parameters[name] != plain.parameters[name])
        }
        #expect(mixed.parameters.isFinite)
    }

    /// Gray images have brightness and contrast, and neither saturation nor hue.
    @Test func coloursThatAnImageDoesNotHaveAreRefused() throws {
        var recipe = try TinyTraining.recipe
        let data = try TinyTraining.noise(8, seed: 2)
        (recipe.data.colorJitter.brightness, recipe.data.colorJitter.contrast) = (0.5, 0.5)
        _ = try TinyTraining.trainer(recipe, on: data)
        let refused: [(String, WritableKeyPath<Recipe.ColorJitterRecipe, Double>)] = [
            ("saturation", \.saturation), ("hue", \.hue),
        ]
        for (key, path) in refused {
            recipe.data.colorJitter = Recipe.ColorJitterRecipe()
            recipe.data.colorJitter[keyPath: path] = 0.1
            let error = TinyTraining.fault { _ = try TinyTraining.trainer(recipe, on: data) }
            #expect(error?.code == .invalidRecipe)
            #expect(error?.message.contains("'data.colorJitter.\(key)' is ") == true)
            #expect(error?.message.contains("images of 1 channel have no \(key)") == true)
        }
    }

    /// The batches of the first epoch, as training has them.
    private func batches(of recipe: Recipe, _ data: ImageDataset) throws -> [LoadedBatch] {
        let loader = try BatchLoader(data, preprocessing: recipe.data.preprocessing)
        var stream = BatchStream(
            try IndexBatches.shuffled(
                count: data.count, batchSize: recipe.batchSize, seed: recipe.seed, epoch: 0),
            of: 0, from: loader,
            mixing: try BatchMixing(
                mixup: recipe.data.mixup, cutMix: recipe.data.cutmix, seed: recipe.seed))
        var batches: [LoadedBatch] = []
        while let batch = try stream.next() { batches.append(batch) }
        return batches
    }

    /// The joint loss of a batch at the start of a run.
    private func loss(
        of batch: LoadedBatch, _ recipe: Recipe, on data: ImageDataset
    ) throws -> Double {
        let partners = try #require(batch.partners)
        let counts = data.labels.reduce(into: [0, 0]) { $0[Int($1)] += 1 }
        let share = Double(partners.ownShare)
        let weights = recipe.data.classWeights.weights(ofClasses: counts).map(Double.init)
        var evaluator = try LogitsEvaluator(
            network: TinyTraining.network, parameters: TinyTraining.start().parameters,
            engine: ReferenceEngine(), batchSize: batch.count)
        var sum = 0.0
        try evaluator.evaluate { images in
            for place in batch.images.indices { images[place] = batch.images[place] }
        } _: { exit, logits in
            for row in 0..<batch.count {
                let pair = [Double(logits[2 * row]), Double(logits[2 * row + 1])]
                for (label, part) in [
                    (Int(batch.labels[row]), share), (Int(partners.labels[row]), 1 - share),
                ] {
                    sum +=
                        recipe.lossWeights[exit] * part * weights[label]
                        * crossEntropy(pair, label, smoothing: Double(recipe.labelSmoothing))
                }
            }
        }
        return sum / Double(batch.count)
    }

    private func crossEntropy(_ logits: [Double], _ label: Int, smoothing: Double) -> Double {
        let target = (1 - smoothing) * logits[label] + smoothing / 2 * (logits[0] + logits[1])
        return log(exp(logits[0]) + exp(logits[1])) - target
    }
}
