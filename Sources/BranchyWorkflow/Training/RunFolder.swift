import BranchyChecksum
import BranchyCompute
import BranchyData
package import BranchyNet
package import BranchyTraining
import Foundation

/// The folder of a training run: checkpoints while it lasts, the model when it is done.
///
/// It has one writer, as a model's folder has: as long as this lives, that is this.
package struct RunFolder: ~Copyable {
    package static let recipeName = "recipe.yaml"
    private static let checkpointName = "checkpoint.safetensors"
    private static let historyName = "history.csv"

    private let path: String
    private let writer: ModelFolder.Writer

    /// Takes the right to write, and makes the folder where there is none.
    package init(_ path: String) throws {
        self.path = path
        writer = try ModelFolder(path).makeWriter()
    }

    private var checkpointPath: String { path + "/" + Self.checkpointName }

    /// The run in the folder where one is to be resumed, or a new one.
    ///
    /// - Throws: `ModelError` where the checkpoint is corrupt, or the folder already holds a run
    ///   and none is to be resumed: nothing of it is ever overwritten.
    func checkpoint(isResuming: Bool, newRun: () throws -> Checkpoint) throws -> Checkpoint {
        try Self.check(path, isResuming: isResuming)
        guard holds(Self.checkpointName) else { return try newRun() }
        return try Checkpoint(contentsOf: checkpointPath, digest: Checksum.sha256)
    }

    /// Makes sure that a run may write to the folder.
    ///
    /// Before the right to write is taken as well as after: a run that is bound to be refused must
    /// not be in the way of one that is not.
    static func check(_ path: String, isResuming: Bool) throws {
        switch (holds(checkpointName, path), holds(ModelFolder.manifestName, path)) {
        case (true, _) where isResuming:
            return
        case (true, _):
            throw ModelError(
                .unwritable,
                "\(path) already holds a training run (\(checkpointName)); go on with it by "
                    + "--resume, or choose another --output")
        case (false, true):
            throw ModelError(
                .unwritable,
                "\(path) already holds a model, and no \(checkpointName) to go on from; "
                    + "choose another --output")
        case (false, false):
            // Files that are named as a run's, where there is no run, are somebody's.
            guard let foreign = fileNames.sorted().first(where: { holds($0, path) }) else { return }
            throw ModelError(
                .unwritable,
                "\(path) already holds a file named \(foreign), which no run wrote there; choose "
                    + "another --output")
        }
    }

    /// Whether a folder holds a run, finished or not.
    static func holdsRun(_ path: String) -> Bool { holds(checkpointName, path) }

    /// How many epochs the model in the folder was trained for; `nil` where there is none that can be
    /// read.
    var modelEpochs: Int? {
        (try? writer.folder.read(digest: Checksum.sha256))?.provenance.epochs
    }

    private func holds(_ name: String) -> Bool { Self.holds(name, path) }

    private static func holds(_ name: String, _ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path + "/" + name)
    }

    /// Saves the run's beginning, so that there is something to resume.
    func begin(_ checkpoint: Checkpoint, _ record: RunRecord, _ dealt: DealtImages?) throws {
        // First, since by it the folder is known as a run's.
        try save(checkpoint)
        try record.write(by: writer)
        guard let dealt, !holds(DealtImages.name) else { return }
        try writer.write(dealt.bytes, besideModelAs: DealtImages.name)
    }

    /// Saves the run as it stands.
    func save(_ checkpoint: Checkpoint) throws {
        try checkpoint.write(to: checkpointPath, digest: Checksum.sha256)
    }

    /// Writes the model that a finished run has made, with recipe, history and what else stands beside
    /// it. One that is there
    /// already is left as it is: it may have been calibrated since. One of fewer epochs is replaced in
    /// one step, and what was found for its parameters goes with it.
    ///
    /// - Returns: what is lost, for people.
    func write(
        _ model: TrainedModel, of checkpoint: Checkpoint, _ others: [String: [UInt8]] = [:]
    ) throws -> String? {
        let found = try? writer.folder.read(digest: Checksum.sha256)
        guard found?.network != model.network || found?.parameters != model.parameters else {
            return nil
        }
        var attachments = others
        attachments[Self.recipeName] = Array(try checkpoint.recipe.yaml().utf8)
        attachments[Self.historyName] = Array(checkpoint.history.utf8)
        attachments[DealtImages.name] = try DealtImages.bytes(ofRun: path)
        try writer.write(model, attachments: attachments, digest: Checksum.sha256)
        guard let found else { return nil }
        let isCertified = holds(CertificateFile.name)
        // Until it is gone it is refused: it names the parameters that it is for.
        try writer.remove(CertificateFile.name)
        guard found.calibration != nil || isCertified else { return nil }
        return
            "\(path): the thresholds that were chosen\(isCertified ? " and the certificate" : "") "
            + "are gone with the parameters that they were for; `branchynet calibrate "
            + "\(path.shellWord)` chooses new ones"
    }
}

// MARK: - Beginning afresh

extension RunFolder {
    /// What a run, and what is made of its model, leave in the folder.
    private static let fileNames = ModelFolder.fileNames.union([
        checkpointName, recipeName, historyName, RunRecord.name, CertificateFile.name,
        DealtImages.name, TrunkFiles.name,
    ])

    /// The files in the folder: those that are named as a run's, and others.
    private func names() throws -> (own: [String], others: [String]) {
        let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        let visible = names.filter { !FolderLock.isLock($0) }
        return (visible.filter(Self.isOwn), visible.filter { !Self.isOwn($0) })
    }

    /// New content may have a number in its name, such as `model.2.json`.
    private static func isOwn(_ name: String) -> Bool {
        fileNames.contains(name)
            || fileNames.contains(name.replacing(/\.[0-9]+(\.[a-z]+)$/) { $0.1 })
    }

    /// Makes sure that the folder holds a run that may go, or nothing.
    ///
    /// - Parameter isExpected: whether a run of this network and recipe may go.
    /// - Throws: `ModelError` of code `unwritable` where the folder holds anything else.
    package func checkRemoval(where isExpected: (BranchedNetwork, Recipe) throws -> Bool) throws {
        let names = try names()
        if let other = names.others.first { throw refusal("it holds \(other)") }
        guard !names.own.isEmpty else { return }
        guard let (network, recipe) = try? content(), try isExpected(network, recipe) else {
            throw refusal("it holds another run or model")
        }
    }

    /// Removes the files of a run, whatever they hold, and no others.
    package func removeFiles() throws {
        // Without its manifest, no part of it is taken for a model.
        for name in try [ModelFolder.manifestName] + names().own { try writer.remove(name) }
    }

    private func refusal(_ reason: String) -> ModelError {
        ModelError(.unwritable, "\(path) is no earlier run of this command: \(reason)")
    }

    /// What the finished or interrupted run in the folder trains, and how.
    private func content() throws -> (BranchedNetwork, Recipe) {
        guard holds(ModelFolder.manifestName) else {
            let checkpoint = try Checkpoint(contentsOf: checkpointPath, digest: Checksum.sha256)
            return (checkpoint.network, checkpoint.recipe)
        }
        let network = try writer.folder.read().network
        return (network, try Recipe(besideModel: path, of: network))
    }
}

extension Recipe {
    /// The recipe that the model in a folder was trained with.
    ///
    /// - Throws: `ModelError` where the folder has none, ``TrainingError`` where it is not a recipe.
    package init(besideModel path: String, of network: BranchedNetwork) throws {
        let bytes = try ModelFolder(path).contents(of: RunFolder.recipeName, limit: 1 << 20)
        self = try Recipe.resolved(
            from: .standard(for: network), document: String(decoding: bytes, as: UTF8.self),
            source: path + "/" + RunFolder.recipeName)
    }
}

extension Checkpoint {
    /// Ties a new run to its data, or makes sure that a resumed one sees the same.
    ///
    /// - Parameter folder: of the run, for errors.
    mutating func bind(to splits: DatasetSplits, in folder: String) throws {
        let checksums = [splits.training.checksum, splits.validation.checksum]
        guard dataChecksums.isEmpty || dataChecksums == checksums else {
            throw TrainingError(
                .invalidCheckpoint,
                "the run in \(folder) began on other data: their SHA-256 was \(dataChecksums[0]), now it is "
                    + checksums[0])
        }
        dataChecksums = checksums
        classNames = splits.training.classNames
        try checkPlace(amongTrainingImages: splits.training.count, in: folder)
    }

    /// A place beyond the end of its epoch would never be reached again.
    private func checkPlace(amongTrainingImages count: Int, in folder: String) throws {
        let batches = try recipe.batchesPerEpoch(of: network, samples: count)
        guard state.batch < batches, state.step == state.epoch * batches + state.batch else {
            throw TrainingError(
                .invalidCheckpoint,
                "the run in \(folder) stands at step \(state.step), batch \(state.batch) of epoch "
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
}
