import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import TestSupport

/// Networks, data and runs small enough to train in a blink on the reference engine.
enum TinyTraining {
    static let imageShape: Shape = [1, 8, 8]

    /// Two exits, each of two classes.
    static let network = BranchedNetwork("tiny", inputShape: imageShape, classCount: 2) {
        Conv2D("conv1", inputChannels: 1, outputChannels: 2, kernelSize: 4, stride: 2)
        ReLU()
        Branch("branch1") {
            Flatten()
            Linear("linear", inputFeatures: 18, outputFeatures: 2)
        }
        Conv2D("conv2", inputChannels: 2, outputChannels: 3, kernelSize: 2)
        ReLU()
        Flatten()
        Linear("linear1", inputFeatures: 12, outputFeatures: 2)
    }

    /// The same with dropout on both ways.
    static let networkWithDropout = BranchedNetwork(
        "tiny with dropout", inputShape: imageShape, classCount: 2
    ) {
        Conv2D("conv1", inputChannels: 1, outputChannels: 2, kernelSize: 4, stride: 2)
        ReLU()
        Branch("branch1") {
            Dropout("dropout", rate: 0.5)
            Flatten()
            Linear("linear", inputFeatures: 18, outputFeatures: 2)
        }
        Dropout("dropout1", rate: 0.25)
        Flatten()
        Linear("linear1", inputFeatures: 18, outputFeatures: 2)
    }

    /// The same with batch normalization before the branch.
    static let networkWithBatchNorm = BranchedNetwork(
        "tiny with batch norm", inputShape: imageShape, classCount: 2
    ) {
        Conv2D(
            "conv1", inputChannels: 1, outputChannels: 2, kernelSize: 4, stride: 2, hasBias: false)
        BatchNorm2D("bn1", channels: 2)
        ReLU()
        Branch("branch1") {
            Flatten()
            Linear("linear", inputFeatures: 18, outputFeatures: 2)
        }
        Flatten()
        Linear("linear1", inputFeatures: 18, outputFeatures: 2)
    }

    /// Three exits, with batch normalization before each of the early ones and dropout before the first.
    static let networkOfThreeExits = BranchedNetwork(
        "tiny of three exits", inputShape: imageShape, classCount: 2
    ) {
        Conv2D(
            "conv1", inputChannels: 1, outputChannels: 2, kernelSize: 4, stride: 2, hasBias: false)
        BatchNorm2D("bn1", channels: 2)
        ReLU()
        Dropout("dropout1", rate: 0.25)
        Branch("branch1") {
            Flatten()
            Linear("linear", inputFeatures: 18, outputFeatures: 2)
        }
        Conv2D("conv2", inputChannels: 2, outputChannels: 3, kernelSize: 2, hasBias: false)
        BatchNorm2D("bn2", channels: 3)
        ReLU()
        Branch("branch2") {
            Flatten()
            Linear("linear", inputFeatures: 12, outputFeatures: 2)
        }
        Flatten()
        Linear("linear1", inputFeatures: 12, outputFeatures: 2)
    }

    /// How ``networkOfThreeExits`` is trained: three epochs in batches of 4, along plain gradients, which
    /// the optimizer keeps as they are.
    static var recipeOfThreeExits: Recipe {
        get throws {
            var recipe = try recipe
            (recipe.batchSize, recipe.lossWeights, recipe.thresholds) = (4, [1, 1, 1], [])
            (recipe.optimizer.name, recipe.optimizer.momentum) = (.sgd, 0)
            return recipe
        }
    }

    /// Three epochs in batches of 8, at a constant rate, without shifts.
    static var recipe: Recipe {
        get throws {
            var recipe = try Recipe.builtIn(for: "b-lenet")
            (recipe.epochs, recipe.batchSize, recipe.seed) = (3, 8, 7)
            recipe.optimizer.learningRate = 0.01
            recipe.schedule.name = .constant
            recipe.data.shift = 0
            (recipe.data.mean, recipe.data.standardDeviation) = ([0.5], [0.25])
            return recipe
        }
    }

    /// Noise with one half brighter: the left one is class 0, the right one class 1.
    static func halves(_ count: Int, seed: UInt64) throws -> ImageDataset {
        var generator = SeededGenerator(seed: seed)
        let labels = (0..<count).map { UInt8($0 % 2) }
        let pixels = labels.flatMap { label in
            (0..<64).map { position in
                let isBright = (position % 8 >= 4) == (label == 1)
                return UInt8.random(in: isBright ? 140...255 : 0...115, using: &generator)
            }
        }
        return try ImageDataset(
            name: "halves", imageShape: imageShape, classNames: ["left", "right"], pixels: pixels,
            labels: labels)
    }

    /// Noise whose classes mean nothing: losses differ from image to image.
    static func noise(
        _ count: Int, seed: UInt64, shape: Shape = imageShape, classCount: Int = 2
    ) throws -> ImageDataset {
        var generator = SeededGenerator(seed: seed)
        return try ImageDataset(
            name: "noise", imageShape: shape, classNames: (0..<classCount).map { "class \($0)" },
            pixels: (0..<count * shape.elementCount).map { _ in
                .random(in: 0...255, using: &generator)
            },
            labels: (0..<count).map { _ in
                .random(in: 0..<UInt8(classCount), using: &generator)
            })
    }

    static func start(
        _ network: BranchedNetwork = network, _ recipe: Recipe? = nil, seed: UInt64 = 7
    ) throws -> TrainingState {
        TrainingState(
            parameters: try .initial(for: network, seed: seed),
            recipe: try recipe ?? self.recipe)
    }

    static func trainer(
        of network: BranchedNetwork = network, _ recipe: Recipe, on training: ImageDataset,
        validation: ImageDataset? = nil, engine: any Engine = ReferenceEngine(),
        from state: TrainingState? = nil
    ) throws -> Trainer {
        try Trainer(
            network: network, recipe: recipe, training: TrainingSplit(training),
            validation: ValidationSplit(try validation ?? halves(5, seed: 99)), engine: engine,
            state: try state ?? start(network, recipe, seed: recipe.seed))
    }

    /// Where a run ends, or where it is after some number of steps made by this call.
    static func state(
        of network: BranchedNetwork = network, _ recipe: Recipe, on training: ImageDataset,
        from state: TrainingState? = nil, stoppingAfter limit: Int = .max
    ) throws -> TrainingState {
        var trainer = try trainer(of: network, recipe, on: training, from: state)
        var steps = 0
        _ = try trainer.fit(
            observe: { if case .step = $0 { steps += 1 } }, shouldStop: { steps >= limit })
        return trainer.state
    }

    /// The training fault that some code ends in, or `nil` where it ends otherwise.
    static func fault(_ body: () throws -> Void) -> TrainingError? {
        do {
            try body()
            return nil
        } catch {
            return error as? TrainingError
        }
    }
}

extension ParameterStore {
    /// Whether no number is NaN or infinite.
    var isFinite: Bool { allSatisfy { $0.tensor.scalars.allSatisfy(\.isFinite) } }
}
