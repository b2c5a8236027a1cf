import BranchyChecksum
import BranchyCompute
package import BranchyNet
import BranchyTraining
import Foundation

/// How a study trains what it compares.
public struct StudyOptions: Hashable, Sendable {
    /// Passes over the training images, at least 1; the recipe's by default.
    public var epochs: Int?
    /// Whether one epoch on a small part of the images does: the same path, in a minute.
    public var isQuick = false
    /// Where one is too few for what is studied.
    var quickEpochs = 1
    /// Where the data are.
    public var data = DataSource()
    /// How much memory may be taken.
    public var memory = MemoryLimit()
    /// Whether descriptions of networks replace other files of their names.
    public var replacesFiles = false

    /// Options by default.
    public init() {}
}

/// One of the trainings that a study compares.
struct StudyVariant {
    /// Its folder's name.
    let name: String
    /// For people.
    let title: String
    let network: BranchedNetwork
    let recipe: Recipe
}

/// A model that a study trained.
package struct StudyModel: Sendable {
    package let folder: String
    package let model: TrainedModel
    /// How many images its accuracies are of.
    package let validationImages: Int

    init(in folder: String) throws {
        self.folder = folder
        model = try ModelFolder(folder).read(digest: Checksum.sha256)
        validationImages = try Recipe(besideModel: folder, of: model.network).data
            .validationImages
    }

    /// Of each exit, had all validation images been answered there.
    package var accuracy: [Double] { model.provenance.validationAccuracy }
}

extension StudyOptions {
    /// Trains what is not trained yet.
    ///
    /// - Returns: the models, in the order of the variants.
    func models(
        of variants: [StudyVariant], in folder: String, _ observer: WorkflowObserver,
        _ engine: (_ threads: Int) throws -> any Engine
    ) throws -> [StudyModel] {
        for variant in variants { try recipe(variant.recipe).validate() }
        var progress = StudyProgress(variants.count, observer)
        return try variants.map { variant in
            let path = folder + "/" + variant.name
            var run = TrainingRun(variant.network, recipe: recipe(variant.recipe), on: data)
            run.memory = memory
            progress.begin(variant.title, isFinished: TrainingRun.isFinished(in: path))
            try run.trainOnce(into: path, observer: observer, engine: engine)
            return try StudyModel(in: path)
        }
    }

    /// Writes what `train` needs to know of a network that is not built in, or makes sure that an
    /// earlier run has written the same.
    func describe(_ variant: StudyVariant, in folder: String) throws {
        let path = "\(folder)/\(variant.network.name)"
        let description = try JSONEncoder.branchyNet.encode(variant.network)
        try keep(Array(description), at: path + ".json")
        try keep(Array(variant.recipe.yaml().utf8), at: path + ".yaml")
    }

    private func keep(_ bytes: [UInt8], at path: String) throws {
        if !replacesFiles, FileManager.default.fileExists(atPath: path) {
            guard try AtomicFile.start(of: path, byteCount: bytes.count + 1) != bytes else {
                return
            }
            throw ModelError(
                .unwritable,
                "\(path): not written: the file that is there is not what this study writes; choose "
                    + "another folder, or replace it by --force")
        }
        try AtomicFile.write(bytes, to: path)
    }

    private func recipe(_ original: Recipe) -> Recipe {
        var recipe = original
        recipe.epochs = epochs ?? recipe.epochs
        guard isQuick else { return recipe }
        recipe = recipe.quick
        recipe.epochs = quickEpochs
        return recipe
    }
}

/// Says which training begins, and how long all of them take.
private struct StudyProgress {
    private let count: Int
    private let observer: WorkflowObserver
    private let start = ContinuousClock.now
    private var begun = 0
    private var trained = 0

    init(_ count: Int, _ observer: WorkflowObserver) {
        (self.count, self.observer) = (count, observer)
    }

    mutating func begin(_ title: String, isFinished: Bool) {
        let left = count - begun
        begun += 1
        guard !isFinished else { return }
        // By the trainings of this run; those behind may be done already.
        let perTraining = start.duration(to: .now).seconds / Double(max(trained, 1))
        let rest = Format.duration(.seconds(perTraining * Double(left)))
        let forecast = trained > 0 ? ", at most \(rest) left for all" : ""
        observer.tell(.began("training \(begun) of \(count): \(title)\(forecast)"))
        trained += 1
    }
}
