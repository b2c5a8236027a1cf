import BranchyCompute
import BranchyData
import BranchyNet

/// What a trainer learns from: batches as the step reads them, and how well the exits do.
protocol TrainingSource: Sendable {
    /// The names of the step's inputs, in the order of a batch's.
    var inputNames: [String] { get }

    /// The images at some indices, as they are in an epoch.
    func batch(_ indices: ArraySlice<Int>, epoch: Int) throws -> TrainingBatch

    /// Accuracy of each exit on all validation images, as inference would see them.
    ///
    /// - Parameter parameters: those that are trained.
    func validationAccuracy(
        of parameters: ParameterStore, by engine: any Engine
    ) throws -> [Double]
}

/// A batch as a training step reads it.
struct TrainingBatch: Sendable {
    /// The numbers of each of the step's inputs, sample by sample.
    let inputs: [[Float]]
    /// The class of each sample.
    let labels: [Int32]
    /// What the last exit says of each sample, `[N, K]` probabilities, where it teaches and is frozen.
    var teacher: [Float]?
    /// What else the samples are, where they were mixed.
    var partners: LoadedBatch.Partners?

    var count: Int { labels.count }
}

/// How many samples each exit is right on.
struct ExitHits {
    private var correct: [Int]

    init(exitCount: Int) { correct = Array(repeating: 0, count: exitCount) }

    /// Counts the logits of a sample at an exit.
    mutating func record(_ logits: Span<Float>, exit: Int, label: Int) {
        let observation = ExitObservation(logits: logits, exit: exit)
        correct[exit] += observation.predictedClass == label ? 1 : 0
    }

    func accuracy(of count: Int) -> [Double] { correct.map { Double($0) / Double(count) } }
}

/// Images, for all of a network.
struct ImageSource: TrainingSource {
    let network: BranchedNetwork
    let recipe: Recipe
    let validation: ValidationSplit
    private let loader: BatchLoader
    private let mixing: BatchMixing?

    let inputNames = [NetworkProgram.imageInput]

    init(
        _ network: BranchedNetwork, _ recipe: Recipe, _ training: TrainingSplit,
        _ validation: ValidationSplit
    ) throws {
        (self.network, self.recipe, self.validation) = (network, recipe, validation)
        loader = try BatchLoader(
            training, preprocessing: recipe.data.preprocessing,
            augmentation: recipe.data.augmentation(seed: recipe.seed))
        mixing = try recipe.data.mixing(seed: recipe.seed)
    }

    func batch(_ indices: ArraySlice<Int>, epoch: Int) throws -> TrainingBatch {
        let batch = try LoadedBatch(indices, of: epoch, from: loader, mixing: mixing)
        return TrainingBatch(
            inputs: [batch.images], labels: batch.labels, partners: batch.partners)
    }

    func validationAccuracy(
        of parameters: ParameterStore, by engine: any Engine
    ) throws -> [Double] {
        let loader = try BatchLoader(validation, preprocessing: recipe.data.preprocessing)
        var evaluator = try LogitsEvaluator(
            network: network, parameters: parameters, engine: engine,
            batchSize: min(recipe.batchSize, validation.count))
        var hits = ExitHits(exitCount: network.exitCount)
        let classes = network.classCount
        for batch in try IndexBatches.inOrder(
            count: validation.count, batchSize: evaluator.batchSize)
        {
            try evaluator.evaluate { images in
                try loader.loadImages(batch, into: &images)
            } _: { exit, logits in
                for (row, sample) in batch.enumerated() {
                    hits.record(
                        logits.extracting(row * classes..<(row + 1) * classes), exit: exit,
                        label: validation.label(at: sample))
                }
            }
        }
        return hits.accuracy(of: validation.count)
    }
}
