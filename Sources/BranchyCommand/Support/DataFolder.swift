import ArgumentParser
import BranchyData
import BranchyNet
import BranchyTraining
import Foundation

/// Where data sets are looked for.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Folder of data sets, such as DIR/mnist.",
            discussion: "Without it: $BRANCHYNET_DATA_DIR, the folder the model was trained "
                + "from, or ./data.", valueName: "dir"),
        completion: .directory)
    var dataDir: String?
}

/// A folder of data sets.
struct DataFolder: Hashable {
    let path: String

    /// The folder that options, environment or an earlier run name, in that order.
    ///
    /// - Parameter run: the folder of a training run, which remembers where its data were.
    init(_ options: DataOptions, run: String? = nil) {
        let environment = ProcessInfo.processInfo.environment["BRANCHYNET_DATA_DIR"]
        path =
            options.dataDir ?? environment ?? run.flatMap(RunRecord.init(in:))?.dataFolder ?? "data"
    }

    /// The folder as later commands, started elsewhere, can find it.
    var absolutePath: String {
        URL(fileURLWithPath: path).standardizedFileURL.path
    }

    /// The splits of a data set.
    ///
    /// - Throws: `DatasetError` where there is no such data set, it is not in the folder or its
    ///   files are not the published ones.
    func splits(
        of dataset: String, validationCount: Int, calibrationCount: Int, seed: UInt64
    ) throws -> DatasetSplits {
        let parts = try load(dataset)
        return try DatasetSplits(
            train: parts.train, test: parts.test, validationCount: validationCount,
            calibrationCount: calibrationCount, seed: seed)
    }

    /// The splits of the data set that a model was trained on, cut as they were then.
    ///
    /// - Throws: as above, and `ModelError` where the model's folder has no recipe.
    func splits(of model: TrainedModel, in folder: String) throws -> DatasetSplits {
        let recipe = try Recipe(besideModel: folder)
        return try splits(
            of: model.provenance.dataset, validationCount: recipe.data.validationImages,
            calibrationCount: recipe.data.calibrationImages, seed: recipe.seed)
    }

    private func load(_ dataset: String) throws -> (train: ImageDataset, test: ImageDataset) {
        switch dataset {
        case "mnist": return try MNIST.load(from: path)
        case "digits": return try DrawnDigits.load()
        default:
            throw DatasetError(
                .fileNotFound, "there is no data set '\(dataset)'; known are mnist and digits")
        }
    }
}

/// What a training run remembers that is true on this machine only; not part of the model.
struct RunRecord: Codable {
    private static let name = "run.json"

    /// Where the data were.
    var dataFolder: String

    init(dataFolder: String) {
        self.dataFolder = dataFolder
    }

    /// The record in a run's folder, or `nil` where there is none that can be read.
    init?(in folder: String) {
        guard let bytes = try? AtomicFile.read(folder + "/" + Self.name, limit: 1 << 20),
            let record = try? JSONDecoder().decode(Self.self, from: Data(bytes))
        else { return nil }
        self = record
    }

    func write(in folder: String) throws {
        try AtomicFile.write(
            Array(JSONEncoder.branchyNet.encode(self)), to: folder + "/" + Self.name)
    }
}
