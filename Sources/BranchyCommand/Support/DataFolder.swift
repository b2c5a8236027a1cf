import ArgumentParser
import BranchyData
import BranchyNet
import BranchyTraining
import Foundation

/// Which data set is meant, and where data sets are looked for.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The data set: \(DatasetName.known).",
            discussion: "Without it, the recipe's. A folder: PATH holds train/CLASS/IMAGE and "
                + "test/CLASS/IMAGE; it may be a .tar or .tar.gz file.", valueName: "name"))
    var dataset: String?

    @Option(
        help: ArgumentHelp(
            "Folder of data sets, such as DIR/mnist.",
            discussion: "Without it: $BRANCHYNET_DATA_DIR, the folder the model was trained "
                + "from, or ./data.", valueName: "dir"),
        completion: .directory)
    var dataDir: String?
}

/// A data set, as options and recipes name it.
enum DatasetName: Equatable {
    case mnist
    case digits
    case cifar10(CIFAR10.Edition)
    case imageFolder(path: String)

    static let known = "mnist, digits, cifar10, cifar10-jpeg or folder:PATH"

    /// - Throws: `DatasetError` where there is no data set of that name.
    init(_ name: String) throws {
        let edition = CIFAR10.Edition(rawValue: name)
        switch name {
        case "mnist": self = .mnist
        case "digits": self = .digits
        case _ where edition != nil: self = .cifar10(edition ?? .published)
        case _ where name.hasPrefix("folder:") && name != "folder:":
            self = .imageFolder(path: String(name.dropFirst("folder:".count)))
        default:
            throw DatasetError(
                .fileNotFound, "there is no data set '\(name)'; known are \(Self.known)")
        }
    }

    /// The path of an image folder as later commands, started elsewhere, can find it.
    var absoluteImageFolder: String? {
        guard case .imageFolder(let path) = self else { return nil }
        return URL(fileURLWithPath: path).standardizedFileURL.path
    }
}

/// A folder of data sets.
struct DataFolder: Hashable {
    let path: String
    /// The data set that was asked for, whatever a recipe says.
    private let asked: String?
    /// Where the image folder of an earlier run was.
    private let recordedImageFolder: String?
    /// What of an image folder is refused.
    private let limits: ImageFolder.Limits

    /// The folder that options, environment or an earlier run name, in that order.
    ///
    /// - Parameters:
    ///   - run: the folder of a training run, which remembers where its data were.
    ///   - memory: how much of it images may take.
    init(_ options: DataOptions, run: String? = nil, within memory: MemoryOptions) {
        let record = run.flatMap(RunRecord.init(in:))
        path = Self.path(options.dataDir, recorded: record?.dataFolder)
        asked = options.dataset
        limits = ImageFolder.Limits(memoryByteCount: memory.limit)
        recordedImageFolder = record?.imageFolder
    }

    /// A folder that no run remembers.
    init(_ path: String) {
        self.path = path
        (asked, recordedImageFolder, limits) = (nil, nil, ImageFolder.Limits())
    }

    /// The folder that an option, the environment or an earlier run names, in that order; `data`
    /// where none does.
    static func path(_ option: String?, recorded: String? = nil) -> String {
        let named = ProcessInfo.processInfo.environment["BRANCHYNET_DATA_DIR"]
        // Empty is how a shell says that there is none.
        return option ?? named.flatMap { $0.isEmpty ? nil : $0 } ?? recorded ?? "data"
    }

    /// What a run has to remember to find a data set again.
    func record(of dataset: String) throws -> RunRecord {
        RunRecord(
            dataFolder: URL(fileURLWithPath: path).standardizedFileURL.path,
            imageFolder: try imageFolder(of: dataset))
    }

    /// The splits of a recipe's data set, cut as it says.
    ///
    /// - Parameter classNames: what a model calls its classes, whose order labels are to count; the
    ///   data's own where there is no model yet.
    /// - Throws: `DatasetError` where there is no such data set, it is not in the folder, its files
    ///   are not the published ones or it has classes that the model does not know.
    func splits(of recipe: Recipe, classNames: [String]? = nil) throws -> DatasetSplits {
        let parts = try load(recipe.dataset, classNames: classNames)
        let count = recipe.data.trainingImages
        return try DatasetSplits(
            train: parts.train, test: parts.test, validationCount: recipe.data.validationImages,
            calibrationCount: recipe.data.calibrationImages,
            trainingCount: count == 0 ? nil : count, seed: recipe.seed)
    }

    /// The splits of the data set that a model was trained on, cut as they were then, or of the
    /// one that was asked for.
    ///
    /// - Throws: as above, `DatasetError` where the training images are others than then, and
    ///   `ModelError` where the model's folder has no recipe.
    func splits(of model: TrainedModel, in folder: String) throws -> DatasetSplits {
        let recipe = try Recipe(besideModel: folder, of: model.network)
        let splits = try splits(of: recipe, classNames: model.classNames)
        let learnt = model.provenance.trainingChecksum
        guard asked != nil || splits.training.checksum == learnt else {
            throw DatasetError(
                .checksumMismatch,
                "\(splits.training.name): the training images are not those that \(folder) learnt "
                    + "from, so that held-out images may be among them; expected SHA-256 "
                    + "\(learnt), found \(splits.training.checksum). To use them nevertheless, "
                    + "pass --dataset")
        }
        return splits
    }

    /// Both parts with labels in the order of a model's classes, if one is given. Where its names
    /// could not be found one by one in the data, standard error says so.
    private func load(
        _ dataset: String, classNames: [String]?
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        let parts = try load(dataset)
        guard let classNames else { return parts }
        let matches = try [parts.train, parts.test].map {
            try ClassMatch(of: $0, among: classNames)
        }
        if let note = matches[0].note { StandardError.write("note: \(note)\n") }
        return (
            try parts.train.relabelled(by: matches[0]), try parts.test.relabelled(by: matches[1])
        )
    }

    /// The training and the test part of the data set that was asked for, or of the one named.
    ///
    /// - Throws: `DatasetError` where there is no such data set, it is not in the folder or its
    ///   files are not the published ones.
    func load(_ dataset: String) throws -> (train: ImageDataset, test: ImageDataset) {
        switch try DatasetName(asked ?? dataset) {
        case .mnist: return try MNIST.load(from: path)
        case .digits: return try DrawnDigits.load()
        case .cifar10(let edition): return try CIFAR10.load(edition, from: path)
        case .imageFolder(let path):
            let folder = try imageFolder(of: dataset) ?? path
            let name = URL(fileURLWithPath: folder).lastPathComponent
            return try ImageFolder.load(from: folder, name: "folder:\(name)", limits: limits)
        }
    }

    /// Where the images of a data set are, if it is an image folder: as it was asked for now, as
    /// it was then, or as the recipe has it.
    private func imageFolder(of dataset: String) throws -> String? {
        let name = try DatasetName(asked ?? dataset)
        return asked == nil && name.absoluteImageFolder != nil
            ? recordedImageFolder ?? name.absoluteImageFolder : name.absoluteImageFolder
    }
}

/// What a training run remembers that is true on this machine only; not part of the model.
struct RunRecord: Codable {
    static let name = "run.json"

    /// Where the data were.
    var dataFolder: String
    /// Where the image folder was that the run learnt from, if it did.
    var imageFolder: String?

    init(dataFolder: String, imageFolder: String?) {
        self.dataFolder = dataFolder
        self.imageFolder = imageFolder
    }

    /// The record in a run's folder, or `nil` where there is none that can be read.
    init?(in folder: String) {
        guard let bytes = try? AtomicFile.read(folder + "/" + Self.name, limit: 1 << 20),
            let record = try? JSONDecoder().decode(Self.self, from: Data(bytes))
        else { return nil }
        self = record
    }

    func write(by writer: borrowing ModelFolder.Writer) throws {
        try writer.write(Array(JSONEncoder.branchyNet.encode(self)), besideModelAs: Self.name)
    }
}
