import BranchyChecksum
import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport

/// A model of drawn digits that nobody trained, in a folder of its own, as training leaves it.
enum SampleRun {
    /// Few images, so that tests take a second.
    static func recipe(of network: BranchedNetwork = .bLeNet) throws -> Recipe {
        var recipe = try Recipe.standard(for: network)
        (recipe.dataset, recipe.epochs) = ("digits", 1)
        recipe.data.trainingImages = 600
        recipe.data.validationImages = 100
        recipe.data.calibrationImages = 400
        return recipe
    }

    static func whileThere(
        _ network: BranchedNetwork = .bLeNet, _ body: (ModelFolder) throws -> Void
    ) throws {
        try withTemporaryFolder { path in
            try write(network, to: path + "/model")
            try body(ModelFolder(path + "/model"))
        }
    }

    static func write(_ network: BranchedNetwork, to folder: String) throws {
        let recipe = try recipe(of: network)
        let parts = try DrawnDigits.load()
        let splits = try DatasetSplits(
            train: parts.train, test: parts.test,
            validationCount: recipe.data.validationImages,
            calibrationCount: recipe.data.calibrationImages,
            trainingCount: recipe.data.trainingImages, seed: recipe.seed)
        let model = TrainedModel(
            network: network, parameters: try .initial(for: network, seed: 1),
            preprocessing: Preprocessing(mean: [0.1307], standardDeviation: [0.3081]),
            classNames: splits.training.classNames,
            policy: .thresholds(
                ThresholdPolicy(
                    thresholds: Array(repeating: 0.3, count: network.exitCount - 1))),
            provenance: Provenance(
                dataset: recipe.dataset, trainingChecksum: splits.training.checksum,
                validationChecksum: "", calibrationChecksum: "", seed: 1, epochs: 0,
                initialChecksum: nil, engine: "none", precision: "float32",
                validationAccuracy: []))
        try ModelFolder(folder).write(
            model, attachments: ["recipe.yaml": Array(recipe.yaml().utf8)],
            digest: Checksum.sha256)
    }
}
