public import BranchyCompute
public import BranchyData
public import BranchyNet

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a frozen trunk computes of the images that branches learn from and are looked at by: computed
/// once, kept in files.
public struct TrunkFeatures: Sendable {
    /// A file for each view of the training images.
    let training: [FeatureFile]
    let validation: FeatureFile
    /// The files.
    public let paths: [String]

    /// The features of two splits, computed where there is no file of them.
    ///
    /// A file is of one network with its parameters, preparation, images, view and engine: where any
    /// of them is another, so is the file.
    ///
    /// - Parameters:
    ///   - network: with branches, whose parameters are not looked at.
    ///   - parameters: of the whole network.
    ///   - recipe: freezes the trunk.
    ///   - folder: for the files; it is made.
    ///   - engine: computes them, one image at a time.
    ///   - threads: how many images at the same time.
    ///   - digest: SHA-256.
    ///   - observe: told what is computed, and how many images are done.
    /// - Throws: `ModelError` where files cannot be written, ``TrainingError`` where the recipe does not
    ///   fit, `DatasetError`, `NetworkError`, `EngineError`; what `observe` throws.
    public init(
        of network: BranchedNetwork, parameters: ParameterStore, recipe: Recipe,
        training: TrainingSplit, validation: ValidationSplit, in folder: String,
        engine: any Engine, threads: Int, digest: @escaping ModelFolder.Digest,
        observe: (_ task: String, _ done: Int, _ count: Int) throws -> Void
    ) throws {
        guard let frozen = try recipe.frozenNetwork(of: network) else {
            throw Recipe.freezesNothing
        }
        try Trainer.check(training, fits: network)
        try Trainer.check(validation, fits: network)
        let maker = try FeatureMaker(
            frozen, of: network, parameters: parameters, engine: engine, threads: threads)
        let place = try FeaturePlace(
            folder: folder, network: network, parameters: parameters, recipe: recipe,
            engine: engine, digest: digest)
        try OutputFolder.make(folder)
        var views: [FeatureFile] = []
        var paths: [String] = []
        for view in 0..<recipe.data.views {
            let (file, path) = try place.file(
                of: training, view: view, by: maker, recipe: recipe, observe)
            views.append(file)
            paths.append(path)
        }
        let (file, path) = try place.file(
            of: validation, view: 0, by: maker, recipe: recipe, observe)
        (self.training, self.validation, self.paths) = (views, file, paths + [path])
    }
}

extension Recipe {
    /// How many bytes of a file the features of an image take.
    ///
    /// - Throws: as ``frozenNetwork(of:)``; ``TrainingError`` where nothing is frozen.
    package func featureByteCount(of network: BranchedNetwork) throws -> Int {
        guard let frozen = try frozenNetwork(of: network) else { throw Self.freezesNothing }
        return FeatureLayout(
            features: frozen.featureShapes.map(\.elementCount),
            logits: (network.exitCount - frozen.trainedExits.count) * network.classCount
        ).rowByteCount
    }

    fileprivate static let freezesNothing = TrainingError(
        .invalidRecipe, "recipe: 'freeze' is none, expected trunk")
}

/// Where files of features are, and what they are of.
private struct FeaturePlace {
    let folder: String
    let description: [String]
    let digest: ModelFolder.Digest

    init(
        folder: String, network: BranchedNetwork, parameters: ParameterStore, recipe: Recipe,
        engine: any Engine, digest: @escaping ModelFolder.Digest
    ) throws {
        var trunk = parameters
        for (name, _) in try recipe.trainedParameters(of: network) { trunk[name] = nil }
        let encoder = JSONEncoder.branchyNet
        let contents = [
            Array(try encoder.encode(network)), Safetensors(trunk).serialized(),
            Array(try encoder.encode(recipe.data.preprocessing)),
        ]
        description =
            ["branchynet features 1"]
            + contents.map { ModelFolder.digest(of: $0, by: digest) } + [
                "\(engine.name) \(engine.arithmetic)"
            ]
        (self.folder, self.digest) = (folder, digest)
    }

    /// The file of a split in a view. The first view is of images as they are.
    func file<Split: DataSplit>(
        of split: Split, view: Int, by maker: FeatureMaker, recipe: Recipe,
        _ observe: (_ task: String, _ done: Int, _ count: Int) throws -> Void
    ) throws -> (FeatureFile, String) {
        let augmentation = view == 0 ? nil : try recipe.data.augmentation(seed: recipe.seed)
        let words = augmentation.map { "\($0), view \(view)" } ?? "as they are"
        let title = (description + [split.checksum, words]).joined(separator: "\n")
        let key = ModelFolder.digest(of: Array(title.utf8), by: digest).prefix(16)
        let path = "\(folder)/\(Split.splitName)-\(view)-\(key).features"
        if let file = try FeatureFile(at: path, title: title, maker.layout, count: split.count) {
            return (file, path)
        }
        let loader = try BatchLoader(
            split, preprocessing: recipe.data.preprocessing, augmentation: augmentation)
        let task =
            "computing features of \(Split.splitName) images"
            + (recipe.data.views > 1 && Split.self == TrainingSplit.self
                ? ", view \(view + 1) of \(recipe.data.views)" : "")
        try maker.write(split, from: loader, epoch: view, to: path, title: title) {
            try observe(task, $0, $1)
        }
        guard let file = try FeatureFile(at: path, title: title, maker.layout, count: split.count)
        else { throw ModelError(.busy, "\(path): another process changes it; try again") }
        return (file, path)
    }
}
