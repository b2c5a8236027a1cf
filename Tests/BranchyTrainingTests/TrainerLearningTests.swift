import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import TestSupport
import Testing

struct TrainerLearningTests {
    @Test(arguments: Recipe.OptimizerRecipe.Name.allCases, [0, 1])
    func brightHalvesAreLearntAtBothExits(
        optimizer: Recipe.OptimizerRecipe.Name, shift: Int
    ) throws {
        var recipe = try TinyTraining.recipe
        (recipe.epochs, recipe.data.shift) = (8, shift)
        recipe.optimizer.name = optimizer
        recipe.optimizer.weightDecay = 0.01
        recipe.schedule.name = .oneCycle
        var trainer = try TinyTraining.trainer(
            recipe, on: TinyTraining.halves(40, seed: 1),
            validation: TinyTraining.halves(30, seed: 2))
        let outcome = try trainer.fit()
        let history = trainer.state.history
        #expect(outcome == .completed)
        #expect(history.count == 8)
        #expect(history.last?.validationAccuracy == [1, 1])
        let model = trainer.model()
        #expect(model.parameters == trainer.state.modelParameters)
        #expect(model.provenance.validationAccuracy == [1, 1])
        #expect(model.classNames.count == model.network.classCount)
        let (first, last) = (try #require(history.first), try #require(history.last))
        #expect(last.trainingLoss < first.trainingLoss / 2)
    }

    @Test func brightHalvesAreLearntInBFloat16() throws {
        var recipe = try TinyTraining.recipe
        (recipe.epochs, recipe.precision) = (8, .bfloat16)
        let end = try TinyTraining.state(
            of: TinyTraining.network, recipe, on: TinyTraining.halves(40, seed: 1))
        #expect(end.history.last?.validationAccuracy == [1, 1])
        recipe.precision = .float32
        let wide = try TinyTraining.state(
            of: TinyTraining.network, recipe, on: TinyTraining.halves(40, seed: 1))
        #expect(wide.parameters != end.parameters)
    }

    @Test func dropoutNetworkLearns() throws {
        var recipe = try TinyTraining.recipe
        recipe.epochs = 8
        let end = try TinyTraining.state(
            of: TinyTraining.networkWithDropout, recipe, on: TinyTraining.halves(40, seed: 1))
        #expect(end.history.last?.validationAccuracy == [1, 1])
    }

    /// 13 validation images in batches of 8: what a `Predictor` gets right, one at a time, with all
    /// samples leaving at the first exit and with all going to the last.
    @Test func validationAccuracyIsWhatAPredictorGets() throws {
        var recipe = try TinyTraining.recipe
        recipe.epochs = 1
        let validation = try TinyTraining.noise(13, seed: 3)
        var trainer = try TinyTraining.trainer(
            recipe, on: TinyTraining.noise(8, seed: 2), validation: validation)
        _ = try trainer.fit()
        let state = trainer.state
        let expected = try [Float.infinity, 0].map { threshold in
            let predictor = try Predictor(
                network: TinyTraining.network, parameters: state.parameters,
                policy: ThresholdPolicy(thresholds: [threshold]), engine: ReferenceEngine())
            return Double(try correct(predictor, recipe, on: validation)) / 13
        }
        #expect(state.history.map(\.validationAccuracy) == [expected])
    }

    @Test(arguments: [1, 7, 8, 9, 16]) func accuracyDoesNotDependOnTheBatchSize(count: Int) throws {
        var recipe = try TinyTraining.recipe
        (recipe.epochs, recipe.optimizer.learningRate) = (1, 1e-30)
        let validation = try TinyTraining.noise(count, seed: 4)
        let accuracies = try [1, 8, 64].map { batchSize in
            recipe.batchSize = batchSize
            var trainer = try TinyTraining.trainer(
                recipe, on: TinyTraining.noise(8, seed: 2), validation: validation)
            _ = try trainer.fit()
            return trainer.state.history[0].validationAccuracy
        }
        #expect(Set(accuracies).count == 1)
    }

    /// How many images the predictor answers with their class.
    private func correct(
        _ predictor: Predictor, _ recipe: Recipe, on data: ImageDataset
    ) throws -> Int {
        let loader = try BatchLoader(data, preprocessing: recipe.data.preprocessing)
        return try data.labels.indices.count { index in
            var scalars = [Float](repeating: 0, count: 64)
            var span = scalars.mutableSpan
            try loader.loadImages([index], into: &span)
            let prediction = try predictor.predict(Tensor(TinyTraining.imageShape, scalars))
            return prediction.predictedClass == data.label(at: index)
        }
    }
}
