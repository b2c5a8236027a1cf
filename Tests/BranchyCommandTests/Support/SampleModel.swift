import BranchyChecksum
import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport

/// Models that nobody trained, written as `train` writes them.
enum SampleModel {
    /// The files of a model folder.
    static let files = [
        "manifest.json", "model.json", "network.json", "parameters.safetensors", "recipe.yaml",
    ]

    static let digest: ModelFolder.Digest = Checksum.sha256

    /// Writes B-LeNet with random numbers.
    static func writeRandom(
        to folder: String, policy: ThresholdPolicy? = defaultPolicy, dataset: String = "mnist",
        trainingChecksum: String = "", seed: UInt64 = 1
    ) throws {
        try write(
            .bLeNet, .initial(for: .bLeNet, seed: seed), to: folder, policy: policy,
            dataset: dataset, trainingChecksum: trainingChecksum)
    }

    /// What a model that learnt from drawn digits names as the images it learnt from.
    static func digitsChecksum() throws -> String {
        let recipe = try Recipe.builtIn(for: "b-lenet")
        let parts = try DrawnDigits.load()
        return try DatasetSplits(
            train: parts.train, test: parts.test,
            validationCount: recipe.data.validationImages,
            calibrationCount: recipe.data.calibrationImages, seed: recipe.seed
        ).training.checksum
    }

    /// Writes B-LeNet with zeros: whatever the image, its first exit finds all classes alike, and
    /// its final exit gives class 7 a logit of 10 and the others 0.
    static func writeConstant(
        to folder: String, classNames: [String] = MNIST.classNames, dataset: String = "mnist",
        geometry: ImageGeometry? = nil
    ) throws {
        var parameters = ParameterStore()
        for (name, tensor) in try ParameterStore.initial(for: .bLeNet, seed: 1) {
            parameters[name] = Tensor(repeating: 0, tensor.shape)
        }
        parameters["linear2.bias"] = Tensor([10], (0..<10).map { $0 == 7 ? 10 : 0 })
        try write(
            .bLeNet, parameters, to: folder, dataset: dataset, classNames: classNames,
            geometry: geometry)
    }

    static let defaultPolicy = ThresholdPolicy(thresholds: [0.3])

    /// - Parameter held: how many images are held out to validate, and as many to calibrate.
    static func write(
        _ network: BranchedNetwork, _ parameters: ParameterStore, to folder: String,
        policy: ThresholdPolicy? = defaultPolicy, dataset: String = "mnist",
        classNames: [String] = MNIST.classNames, trainingChecksum: String = "", held: Int? = nil,
        geometry: ImageGeometry? = nil
    ) throws {
        var preprocessing = Preprocessing(mean: [0.1307], standardDeviation: [0.3081])
        preprocessing.geometry = geometry
        let model = TrainedModel(
            network: network, parameters: parameters,
            preprocessing: preprocessing,
            classNames: classNames, policy: policy.map { .thresholds($0) },
            provenance: Provenance(
                dataset: dataset, trainingChecksum: trainingChecksum, validationChecksum: "",
                calibrationChecksum: "", seed: 1, epochs: 0, initialChecksum: nil,
                engine: "none", precision: "float32", validationAccuracy: []))
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        var recipe = try Recipe.builtIn(for: "b-lenet")
        recipe.dataset = dataset
        if let held { (recipe.data.validationImages, recipe.data.calibrationImages) = (held, held) }
        try ModelFolder(folder).write(
            model, attachments: ["recipe.yaml": Array(recipe.yaml().utf8)], digest: digest)
    }
}
