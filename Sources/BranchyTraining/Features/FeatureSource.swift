import BranchyCompute
import BranchyData
import BranchyNet

/// What a frozen trunk computed of images, for the branches of a network.
struct FeatureSource: TrainingSource {
    private let network: BranchedNetwork
    private let recipe: Recipe
    private let frozen: FrozenNetwork
    private let training: TrainingSplit
    private let validation: ValidationSplit
    private let features: TrunkFeatures

    init(
        _ network: BranchedNetwork, _ recipe: Recipe, _ training: TrainingSplit,
        _ validation: ValidationSplit, _ features: TrunkFeatures, _ frozen: FrozenNetwork
    ) {
        (self.network, self.recipe, self.frozen) = (network, recipe, frozen)
        (self.training, self.validation, self.features) = (training, validation, features)
    }

    var inputNames: [String] {
        frozen.featureShapes.indices.map(SeparatedProgram.featureName)
    }

    func batch(_ indices: ArraySlice<Int>, epoch: Int) throws -> TrainingBatch {
        let file = features.training[epoch % features.training.count]
        return TrainingBatch(
            inputs: try inputs(indices, of: file, count: indices.count),
            labels: indices.map { Int32(training.label(at: $0)) },
            teacher: recipe.distillation.weight > 0 ? try teacher(indices, of: file) : nil)
    }

    /// What the last exit says of some images, at the temperature.
    private func teacher(_ indices: ArraySlice<Int>, of file: FeatureFile) throws -> [Float] {
        try indices.flatMap { index in
            SoftTargets.probabilities(
                of: try file.logits(row: index).suffix(network.classCount),
                temperature: recipe.distillation.temperature)
        }
    }

    private func inputs(
        _ indices: ArraySlice<Int>, of file: FeatureFile, count: Int
    ) throws -> [[Float]] {
        var inputs = file.layout.features.map { [Float](repeating: 0, count: count * $0) }
        for (place, index) in indices.enumerated() {
            try file.read(row: index, into: &inputs, at: place)
        }
        return inputs
    }

    func validationAccuracy(
        of parameters: ParameterStore, by engine: any Engine
    ) throws -> [Double] {
        var heads = try HeadsEvaluator(
            frozen, parameters: parameters, engine: engine,
            batchSize: min(recipe.batchSize, validation.count))
        var hits = ExitHits(exitCount: network.exitCount)
        let (classes, file) = (network.classCount, features.validation)
        let finished = (0..<network.exitCount).filter { !frozen.trainedExits.contains($0) }
        for batch in try IndexBatches.inOrder(count: validation.count, batchSize: heads.batchSize) {
            try heads.evaluate(inputs(batch, of: file, count: batch.count)) { exit, logits in
                for (row, sample) in batch.enumerated() {
                    hits.record(
                        logits.extracting(row * classes..<(row + 1) * classes), exit: exit,
                        label: validation.label(at: sample))
                }
            }
            for sample in batch {
                let logits = try file.logits(row: sample)
                for (place, exit) in finished.enumerated() {
                    hits.record(
                        logits.span.extracting(place * classes..<(place + 1) * classes),
                        exit: exit, label: validation.label(at: sample))
                }
            }
        }
        return hits.accuracy(of: validation.count)
    }
}

/// Runs the branches of a network on features.
private struct HeadsEvaluator: ~Copyable {
    let batchSize: Int
    private let executable: any Executable
    private let inputs: [Int]
    private let outputs: [(exit: Int, output: Int)]
    private var workspace: Workspace

    init(
        _ frozen: FrozenNetwork, parameters: ParameterStore, engine: any Engine, batchSize: Int
    ) throws {
        let (program, folded) = try frozen.heads.foldingBatchNormalization(with: parameters)
        let executable = try engine.compile(program, batchSize: batchSize, parameters: folded)
        let inputs = try frozen.featureShapes.indices.map {
            try program.requireInput(SeparatedProgram.featureName($0))
        }
        let outputs = try frozen.trainedExits.map {
            (exit: $0, output: try program.requireOutput(NetworkProgram.logitsOutput(ofExit: $0)))
        }
        workspace = try executable.makeWorkspace()
        (self.inputs, self.outputs) = (inputs, outputs)
        self.executable = executable
        self.batchSize = batchSize
    }

    /// Hands over the logits `[batchSize, K]` of every exit that is trained.
    mutating func evaluate(
        _ batch: [[Float]], _ body: (Int, Span<Float>) -> Void
    ) throws {
        for (input, numbers) in zip(inputs, batch) {
            workspace.withInput(input) { place in
                for index in numbers.indices { place[index] = numbers[index] }
            }
        }
        for segment in executable.program.segments.indices {
            try executable.run(segment, in: &workspace)
        }
        for (exit, output) in outputs { workspace.withOutput(output) { body(exit, $0) } }
    }
}
