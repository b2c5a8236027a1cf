import BranchyChecksum
import BranchyData
import BranchyNet
import BranchyTraining
import Compute
import Foundation

/// The folder of a training run: checkpoints while it lasts, the model when it is done.
struct RunFolder {
    private static let checkpointName = "checkpoint.safetensors"
    private static let recipeName = "recipe.yaml"
    private static let historyName = "history.csv"

    private let path: String

    init(_ path: String) {
        self.path = path
    }

    private var checkpointPath: String { path + "/" + Self.checkpointName }

    /// The run in the folder where one is to be resumed, or a new one.
    ///
    /// - Throws: `ModelError` where the checkpoint is corrupt, or the folder already holds a run
    ///   and none is to be resumed: nothing of it is ever overwritten.
    func checkpoint(isResuming: Bool, newRun: () throws -> Checkpoint) throws -> Checkpoint {
        let manager = FileManager.default
        let holds = { (name: String) in manager.fileExists(atPath: path + "/" + name) }
        switch (holds(Self.checkpointName), holds(ModelFolder.manifestName)) {
        case (true, _) where isResuming:
            return try Checkpoint(contentsOf: checkpointPath, digest: Checksum.sha256)
        case (true, _):
            throw ModelError(
                .unwritable,
                "\(path) already holds a training run (\(Self.checkpointName)); go on with it by "
                    + "--resume, or choose another --output")
        case (false, true):
            throw ModelError(
                .unwritable,
                "\(path) already holds a model, and no \(Self.checkpointName) to go on from; "
                    + "choose another --output")
        case (false, false): return try newRun()
        }
    }

    /// Makes the folder and saves the run's beginning, so that there is something to resume.
    func begin(_ checkpoint: Checkpoint, _ data: DataFolder) throws {
        try OutputFolder.make(path)
        removeLeftovers()
        try data.record(of: checkpoint.recipe.dataset).write(in: path)
        try save(checkpoint)
    }

    /// Temporary files that a killed run could not take away.
    private func removeLeftovers() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in names where AtomicFile.isTemporary(name) {
            try? FileManager.default.removeItem(atPath: path + "/" + name)
        }
    }

    /// Saves the run as it stands.
    func save(_ checkpoint: Checkpoint) throws {
        try checkpoint.write(to: checkpointPath, digest: Checksum.sha256)
    }

    /// Writes the model that a finished run has made, with recipe and history.
    func write(_ model: TrainedModel, of checkpoint: Checkpoint) throws {
        try ModelFolder(path).write(
            model,
            attachments: [
                Self.recipeName: Array(try checkpoint.recipe.yaml().utf8),
                Self.historyName: Array(checkpoint.history.utf8),
            ], digest: Checksum.sha256)
    }
}

extension Recipe {
    /// The recipe that the model in a folder was trained with.
    ///
    /// - Throws: `ModelError` where the folder has none, ``TrainingError`` where it is not a recipe.
    init(besideModel path: String, of network: BranchedNetwork) throws {
        let file = path + "/recipe.yaml"
        let text = String(decoding: try AtomicFile.read(file, limit: 1 << 20), as: UTF8.self)
        self = try Recipe.resolved(from: .standard(for: network), document: text, source: file)
    }
}

extension Checkpoint {
    /// Ties a new run to its data, or makes sure that a resumed one sees the same.
    mutating func bind(to splits: DatasetSplits) throws {
        let checksums = [splits.training.checksum, splits.validation.checksum]
        guard dataChecksums.isEmpty || dataChecksums == checksums else {
            throw TrainingError(
                .invalidCheckpoint,
                "the run began on other data: their SHA-256 was \(dataChecksums[0]), now it is "
                    + checksums[0])
        }
        dataChecksums = checksums
        classNames = splits.training.classNames
        try checkPlace(amongTrainingImages: splits.training.count)
    }

    /// A place beyond the end of its epoch would never be reached again.
    private func checkPlace(amongTrainingImages count: Int) throws {
        let batches = try recipe.batchesPerEpoch(of: network, samples: count)
        guard state.batch < batches, state.step == state.epoch * batches + state.batch else {
            throw TrainingError(
                .invalidCheckpoint,
                "the run stands at step \(state.step), batch \(state.batch) of epoch "
                    + "\(state.epoch + 1), but an epoch has \(batches) batches: its checkpoint is "
                    + "corrupt")
        }
    }

    /// What every epoch came to, as CSV.
    fileprivate var history: String {
        let heading = ["epoch", "trainingLoss"] + network.exitNames.map { "accuracy of \($0)" }
        let rows = state.history.map { record in
            ["\(record.epoch)", "\(record.trainingLoss)"]
                + record.validationAccuracy.map { "\($0)" }
        }
        return ([heading] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
    }

    /// The model that a finished run has made.
    func model(_ splits: DatasetSplits, engine: any Engine) throws -> TrainedModel {
        TrainedModel(
            network: network, parameters: state.modelParameters,
            preprocessing: Preprocessing(
                mean: recipe.data.mean, standardDeviation: recipe.data.standardDeviation),
            classNames: splits.training.classNames,
            policy: recipe.thresholds.count == network.exitCount - 1
                ? .thresholds(ThresholdPolicy(thresholds: recipe.thresholds)) : nil,
            provenance: Provenance(
                dataset: splits.training.name, trainingChecksum: splits.training.checksum,
                validationChecksum: splits.validation.checksum,
                calibrationChecksum: splits.calibration.checksum, seed: recipe.seed,
                epochs: recipe.epochs, initialChecksum: initialChecksum, engine: engine.name,
                precision: recipe.precision.rawValue,
                validationAccuracy: state.history.last?.validationAccuracy ?? []))
    }
}
