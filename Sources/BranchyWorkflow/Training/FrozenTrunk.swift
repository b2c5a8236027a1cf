import BranchyChecksum
import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import Foundation

/// The part of a model that a run does not train: it computes features once, and stays as it is.
struct FrozenTrunk {
    private let model: TrainedModel
    private let features: TrunkFeatures
    /// The files of the model that branches were put on, if they were.
    private let files: TrunkFiles?
    /// The names of the parameters that are trained.
    private let trainedNames: Set<String>
    private let hasNewClasses: Bool

    /// Computes the features of a run's images, where they are not there already; `nil` where the run
    /// trains all of its network.
    ///
    /// - Parameters:
    ///   - start: the model that the run begins from.
    ///   - folder: for files of features.
    ///   - engine: computes them.
    init?(
        of checkpoint: Checkpoint, from start: String?, _ splits: DatasetSplits,
        in folder: String, by engine: @autoclosure () throws -> any Engine,
        _ observer: WorkflowObserver
    ) throws {
        guard checkpoint.recipe.freeze == .trunk else { return nil }
        guard let start else { throw Self.missingStart }
        model = try ShippedModels.read(start, digest: Checksum.sha256)
        trainedNames = Set(checkpoint.state.parameters.names)
        hasNewClasses = checkpoint.recipe.newClasses
        let folderOfModel = ShippedModels.folder(start)
        files = try ModelFolder(folderOfModel).trunkFiles()
        try files?.check(model, folderOfModel, digest: Checksum.sha256)
        features = try TrunkFeatures(
            of: checkpoint.network, parameters: model.parameters, recipe: checkpoint.recipe,
            training: splits.training, validation: splits.validation, in: folder,
            engine: engine(), threads: checkpoint.threads, digest: Checksum.sha256,
            observe: observer.step(_:_:of:))
    }

    /// What trains the branches.
    func trainer(
        _ checkpoint: Checkpoint, _ splits: DatasetSplits, _ engine: any Engine
    ) throws -> Trainer {
        try Trainer(
            network: checkpoint.network, recipe: checkpoint.recipe, training: splits.training,
            validation: splits.validation, features: features, parameters: model.parameters,
            engine: engine, state: checkpoint.state)
    }

    /// What has to stand beside a model that was trained on it: what was not trained is compared byte for
    /// byte with what it was. Where classes are new, the network that branches come off from is another
    /// than came in.
    func attachments(beside trained: TrainedModel) throws -> [String: [UInt8]] {
        let kept = [model, trained].map { model in
            var parameters = model.parameters
            for name in trainedNames { parameters[name] = nil }
            return Safetensors(parameters).serialized()
        }
        guard kept[0] == kept[1] else {
            throw TrainingError(
                .diverged,
                "the backbone is not what it was: its parameters changed while it was frozen")
        }
        guard !hasNewClasses else {
            guard trained.network.exitCount > 1 else { return [:] }
            let plain = try TrunkFiles(of: trained.withoutBranches(), digest: Checksum.sha256)
            return [TrunkFiles.name: try plain.bytes()]
        }
        return try files.map { [TrunkFiles.name: try $0.bytes()] } ?? [:]
    }

    /// Removes the files of features, which only this run was to use.
    func removeFeatures() throws {
        for path in features.paths { try FileManager.default.removeItem(atPath: path) }
    }

    static let missingStart = TrainingError(
        .invalidRecipe,
        "recipe: 'freeze' is trunk, but there is no model whose trunk it is; begin from one, as "
            + "`branchynet train MODEL --freeze trunk` does")
}

extension TrainingRun {
    /// Requires that there is a trunk where a recipe freezes one: that of the model the run begins from.
    func checkTrunk(
        _ start: TrainedModel?, of network: BranchedNetwork, _ recipe: Recipe
    ) throws {
        guard recipe.freeze == .trunk else { return }
        guard let start else { throw FrozenTrunk.missingStart }
        // Where exits begin anew, the network has the classes of the data.
        guard start.network.classifying(network.classCount) == network else {
            throw TrainingError(
                .invalidRecipe,
                "recipe: 'freeze' is trunk, but '\(network.name)' is not the network of the model that "
                    + "the run begins from, '\(start.network.name)'")
        }
        guard start.preprocessing == recipe.data.preprocessing else {
            throw TrainingError(
                .invalidRecipe,
                "recipe: 'freeze' is trunk, but pictures are prepared otherwise than the model prepares "
                    + "them; leave data.mean, data.standardDeviation, data.resize, data.stretch and "
                    + "data.interpolation as they are")
        }
    }
}

extension TrainedModel {
    /// The model that is left without branches.
    fileprivate func withoutBranches() throws -> TrainedModel {
        var plain = self
        let name = network.name.hasPrefix("b-") ? String(network.name.dropFirst(2)) : network.name
        plain.network = network.withoutBranches(name: name)
        plain.parameters = try trunkParameters()
        (plain.temperatures, plain.policy, plain.calibration) = (nil, nil, nil)
        plain.provenance.validationAccuracy = Array(provenance.validationAccuracy.suffix(1))
        return plain
    }
}
