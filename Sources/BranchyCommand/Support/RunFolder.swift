import BranchyData
import BranchyNet
import BranchyTraining
import Compute
import Foundation

/// The folder of a training run: checkpoints while it lasts, the model when it is done.
struct RunFolder {
    private static let checkpointName = "checkpoint.safetensors"
    private static let recipeName = "recipe.yaml"

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
        if isResuming {
            guard manager.fileExists(atPath: checkpointPath) else { return try newRun() }
            return try Checkpoint(contentsOf: checkpointPath)
        }
        for name in [ModelFolder.manifestName, Self.checkpointName]
        where manager.fileExists(atPath: path + "/" + name) {
            throw ModelError(
                .unwritable,
                "\(path) already holds a training run (\(name)); go on with it by --resume, or "
                    + "choose another --output")
        }
        return try newRun()
    }

    /// Makes the folder and saves the run's beginning, so that there is something to resume.
    func begin(_ checkpoint: Checkpoint, _ data: DataFolder) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw ModelError(
                .unwritable, "\(path): cannot make the folder: \(error.localizedDescription)")
        }
        removeLeftovers()
        try RunRecord(dataFolder: data.absolutePath).write(in: path)
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
        try checkpoint.write(to: checkpointPath)
    }

    /// Writes the finished model.
    func write(_ model: TrainedModel, _ recipe: Recipe) throws {
        try ModelFolder(path).write(
            model, attachments: [Self.recipeName: Array(try recipe.yaml().utf8)],
            digest: Checksum.sha256)
    }
}

extension Recipe {
    /// The recipe that a model was trained with.
    ///
    /// - Throws: `ModelError` where the folder has none, ``TrainingError`` where it is not a recipe.
    init(besideModel path: String) throws {
        let file = path + "/recipe.yaml"
        let text = String(decoding: try AtomicFile.read(file, limit: 1 << 20), as: UTF8.self)
        let name = try Recipe.network(in: text, source: file) ?? ""
        self = try Recipe.resolved(
            from: .builtIn(for: name), document: text, source: file)
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
    }

    /// The model that a finished run has made.
    func model(_ splits: DatasetSplits, engine: any Engine) throws -> TrainedModel {
        TrainedModel(
            network: network, parameters: state.parameters,
            preprocessing: Preprocessing(
                mean: recipe.data.mean, standardDeviation: recipe.data.standardDeviation),
            classNames: splits.training.classNames,
            policy: recipe.thresholds.count == network.exitCount - 1
                ? ThresholdPolicy(thresholds: recipe.thresholds) : nil,
            provenance: Provenance(
                dataset: splits.training.name, trainingChecksum: splits.training.checksum,
                validationChecksum: splits.validation.checksum,
                calibrationChecksum: splits.calibration.checksum, seed: recipe.seed,
                epochs: recipe.epochs, initialChecksum: initialChecksum, engine: engine.name,
                precision: "float32",
                validationAccuracy: state.history.last?.validationAccuracy ?? []))
    }
}
