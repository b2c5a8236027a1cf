import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import TestSupport
import Testing

/// What does not fit is refused before anything is compiled.
struct TrainerRefusalTests {
    /// Fails with an error that is none of training's.
    private struct UnusableEngine: Engine {
        let name = "unusable"
        let arithmetic = Arithmetic(precision: "float32", kernels: "none")

        func compile(
            _ program: Program, batchSize: Int, parameters: ParameterStore
        ) throws(EngineError) -> any Executable {
            throw EngineError(.unsupported, "something was compiled")
        }
    }

    @Test func fittingPartsReachTheEngine() throws {
        #expect(throws: EngineError.self) {
            _ = try TinyTraining.trainer(
                TinyTraining.recipe, on: TinyTraining.halves(4, seed: 1), engine: UnusableEngine())
        }
    }

    @Test(arguments: [[1], [1, 1, 1], [1, 1, 1, 1]])
    func oneLossWeightPerExitIsNeeded(weights: [Double]) throws {
        let message = try fault(.invalidRecipe) { $0.lossWeights = weights }
        #expect(message.contains("'lossWeights' has \(weights.count) numbers, expected 2"))
    }

    @Test(arguments: [[], [1, 1]] as [[Float]])
    func oneMeanAndDeviationPerChannelIsNeeded(numbers: [Float]) throws {
        let mean = try fault(.invalidRecipe) { $0.data.mean = numbers }
        #expect(mean.contains("'data.mean' has \(numbers.count) numbers, expected 1"))
        let deviation = try fault(.invalidRecipe) { $0.data.standardDeviation = numbers }
        #expect(deviation.contains("'data.standardDeviation' has"))
    }

    @Test func recipeIsValidated() throws {
        #expect(try fault(.invalidRecipe) { $0.epochs = 0 }.contains("'epochs'"))
        let message = try fault(.invalidRecipe) { $0.thresholds = [1, 2] }
        #expect(message.contains("'thresholds' has 2 numbers, expected 1"))
    }

    @Test(arguments: [[1, 8, 7], [1, 7, 8], [1, 16, 4], [3, 8, 8]] as [Shape])
    func imagesOfAnotherShapeAreRefused(shape: Shape) throws {
        try expectRefusal(
            of: TinyTraining.noise(4, seed: 1, shape: shape), naming: "have shape \(shape)")
    }

    @Test(arguments: [1, 3, 10]) func dataOfOtherClassesAreRefused(classCount: Int) throws {
        try expectRefusal(
            of: TinyTraining.noise(4, seed: 1, classCount: classCount),
            naming: "has \(classCount) classes")
    }

    @Test func dataWithoutImagesAreRefused() throws {
        try expectRefusal(of: TinyTraining.noise(0, seed: 1), naming: "is empty")
    }

    @Test func stateOfAnotherNetworkIsRefused() throws {
        var state = try TinyTraining.start()
        state.parameters["conv2.bias"] = nil
        #expect(try fault(state).contains("parameter 'conv2.bias' is missing"))
        state = try TinyTraining.start()
        state.parameters["conv2.bias"] = Tensor(repeating: 0, [2])
        #expect(try fault(state).contains("parameter 'conv2.bias' has shape"))
        state = try TinyTraining.start()
        state.moments.first["linear1.weight"] = Tensor(repeating: 0, [12, 2])
        #expect(try fault(state).contains("moment1 'linear1.weight' has shape"))
        state = try TinyTraining.start()
        state.moments.second = ParameterStore()
        #expect(try fault(state).contains("moment2 'conv1.weight' is missing"))
    }

    /// 13 images in batches of 8 make 2 batches; a state at batch 2 would never end its epoch.
    @Test(arguments: [(-1, 0, 0), (4, 0, 0), (0, -1, 0), (0, 2, 0), (0, 0, -1)])
    func stateThatTheRunNeverComesToIsRefused(epoch: Int, batch: Int, step: Int) throws {
        var state = try TinyTraining.start()
        (state.epoch, state.batch, state.step) = (epoch, batch, step)
        #expect(try fault(state).contains("batch \(batch) of epoch \(epoch)"))
    }

    /// A count that one more step would overflow.
    @Test func countsThatNoRunComesToAreRefused() throws {
        for change: (inout TrainingState) -> Void in [
            { $0.step = .max }, { $0.sampleCount = .max }, { $0.sampleCount = 1 },
            { ($0.batch, $0.sampleCount) = (1, 9) }, { $0.sampleCount = -1 },
        ] {
            var state = try TinyTraining.start()
            change(&state)
            #expect(try fault(state).contains("with \(state.sampleCount) samples"))
        }
    }

    private func fault(
        _ code: TrainingError.Code, _ change: (inout Recipe) -> Void
    ) throws -> String {
        var recipe = try TinyTraining.recipe
        change(&recipe)
        let data = try TinyTraining.halves(4, seed: 1)
        let error = TinyTraining.fault {
            _ = try TinyTraining.trainer(recipe, on: data, engine: UnusableEngine())
        }
        #expect(error?.code == code)
        return error?.message ?? "no TrainingError"
    }

    private func fault(_ state: TrainingState) throws -> String {
        let data = try TinyTraining.halves(13, seed: 1)
        let error = TinyTraining.fault {
            _ = try TinyTraining.trainer(
                TinyTraining.recipe, on: data, engine: UnusableEngine(), from: state)
        }
        #expect(error?.code == .invalidCheckpoint)
        return error?.message ?? "no TrainingError"
    }

    /// As training and as validation data.
    private func expectRefusal(of data: ImageDataset, naming part: String) throws {
        let (recipe, good) = (try TinyTraining.recipe, try TinyTraining.halves(4, seed: 1))
        for (training, validation) in [(data, good), (good, data)] {
            let error = TinyTraining.fault {
                _ = try TinyTraining.trainer(
                    recipe, on: training, validation: validation, engine: UnusableEngine())
            }
            #expect(error?.code == .unsuitableData)
            #expect(error?.message.contains(part) == true)
        }
    }
}
