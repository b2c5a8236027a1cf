import BranchyChecksum
import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyNet
import BranchyTraining
import Foundation

/// Heads of one kind, at all candidates at once, which are trained to tell how right exits there
/// would be. They are the very heads that would be placed; only they learn from fewer images.
struct HeadProbes {
    let head: BranchHead
    /// Where one fits, from the image on.
    let placements: [BranchPlacement]
    /// Why there is none at other places, by the place's name.
    let refusals: [String: String]
    /// The trained network with these heads.
    let network: BranchedNetwork
    private let parameters: ParameterStore

    /// `nil` where there is no such head at any of the points.
    init?(
        _ head: BranchHead, at points: [BranchPoint], of plain: TrainedModel, share: Double
    ) throws {
        var (placements, refusals): ([BranchPlacement], [String: String]) = ([], [:])
        for placement in points.map({ BranchPlacement(head, at: $0) }) {
            do throws(NetworkError) {
                _ = try plain.network.branched([placement], share: share)
                placements.append(placement)
            } catch {
                refusals[placement.point.name] = error.message
            }
        }
        guard !placements.isEmpty else { return nil }
        network = try plain.network.branched(placements, share: share)
        parameters = try .initial(for: network, seed: 1, by: .he, besides: plain.parameters)
        (self.head, self.placements, self.refusals) = (head, placements, refusals)
    }

    /// Seconds that each of the heads takes.
    func seconds(by engine: any Engine) throws -> [Double] {
        let times = try OperationTimes.measure(
            network, parameters: parameters, engine: engine, runs: 30)
        return placements.indices.map(times.seconds(ofBranch:))
    }

    /// Bytes on disk of what an image's features take while these heads are trained.
    func featureByteCount(_ recipe: Recipe) throws -> Int {
        try self.recipe(recipe).featureByteCount(of: network)
    }

    /// A recipe of other heads for these.
    func recipe(_ other: Recipe) -> Recipe {
        var recipe = other
        recipe.network = network.name
        recipe.lossWeights = [Double](repeating: 1, count: network.exitCount)
        return recipe
    }

    /// Trains the heads on features that are computed once, and hands out what they say of the
    /// validation images.
    ///
    /// - Parameters:
    ///   - recipe: how the network is trained whose heads these are.
    ///   - folder: for files of features, which are removed.
    func record(
        by recipe: Recipe, _ training: TrainingSplit, _ validation: ValidationSplit,
        in folder: String, threads: Int, inference: any Engine, engine: any Engine,
        _ observer: WorkflowObserver
    ) throws -> ExitRecord<ValidationSplit> {
        let recipe = self.recipe(recipe)
        // Looked at after each epoch, by nobody: as few as there may be.
        let few = ValidationSplit(try validation.dataset.prefix(1))
        let features = try TrunkFeatures(
            of: network, parameters: parameters, recipe: recipe, training: training,
            validation: few, in: folder, engine: inference, threads: threads,
            digest: Checksum.sha256, observe: observer.step(_:_:of:))
        defer {
            for path in features.paths { try? FileManager.default.removeItem(atPath: path) }
        }
        var trainer = try Trainer(
            network: network, recipe: recipe, training: training, validation: few,
            features: features, parameters: parameters, engine: engine,
            state: TrainingState(
                parameters: recipe.trained(of: parameters, in: network), recipe: recipe))
        try fit(&trainer, imageCount: recipe.totalEpochs * training.count, observer)
        let model = trainer.model()
        let predictor = try Predictor(
            network: network, parameters: model.parameters,
            policy: FixedExitPolicy(exit: network.exitCount - 1), engine: inference)
        return try predictor.record(
            validation, model, "asking \(head.rawValue) heads", observer)
    }

    private func fit(
        _ trainer: inout Trainer, imageCount count: Int, _ observer: WorkflowObserver
    ) throws {
        var done = 0
        let task = "training \(head.rawValue) heads at \(placements.count) places"
        let outcome = try trainer.fit(
            observe: { event in
                guard case .step(let progress) = event else { return }
                done += progress.samples
                observer.tell(.images(task: task, done: done, count: count))
            }, shouldStop: { observer.shouldStop })
        guard outcome == .completed else {
            throw Interrupted(description: "stopped while \(task); nothing was written")
        }
    }
}
