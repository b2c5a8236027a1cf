import BranchyCompute
package import BranchyData
package import BranchyNet
import BranchyTraining
import Foundation

/// Which data set is meant, and where data sets are.
public struct DataSource: Hashable, Sendable {
    /// The data set's name, such as `mnist` or `folder:photos`; `nil` for the recipe's.
    public var dataset: String?
    /// The folder of data sets, which holds `mnist` for instance; `nil` for the one that the
    /// environment's `BRANCHYNET_DATA_DIR` names, or that the model was trained from, or `data`.
    public var folder: String?
    /// The folder that keeps decoded images of folders, archives and tables for later runs; `nil` to
    /// decode them each time they are needed.
    public var cache: String?

    /// Names data.
    public init(_ dataset: String? = nil, in folder: String? = nil, cache: String? = nil) {
        (self.dataset, self.folder, self.cache) = (dataset, folder, cache)
    }
}

/// A folder of data sets.
package struct DataFolder: Hashable {
    package let path: String
    /// The data set that was asked for, whatever a recipe says.
    let asked: String?
    /// Where decoded images are kept.
    private let cacheFolder: String?
    /// The folder of an earlier run, and where that had its data.
    let run: String?
    private let record: RunRecord?
    /// What of an image folder is refused.
    private let limits: ImageFolder.Limits

    /// The folder that options, environment or an earlier run name, in that order.
    ///
    /// - Parameters:
    ///   - run: the folder of a training run, which remembers where its data were.
    ///   - memory: how much of it images may take.
    package init(_ source: DataSource, run: String? = nil, within memory: MemoryLimit) {
        self.run = run
        record = run.flatMap(RunRecord.init(in:))
        path = Self.path(source.folder, recorded: record?.dataFolder)
        (asked, cacheFolder) = (source.dataset, source.cache)
        limits = ImageFolder.Limits(memoryByteCount: memory.byteCount)
    }

    /// A folder that no run remembers.
    package init(_ path: String) {
        self.path = path
        (asked, cacheFolder, run, record) = (nil, nil, nil, nil)
        limits = ImageFolder.Limits()
    }

    /// The folder that an option, the environment or an earlier run names, in that order; `data`
    /// where none does.
    package static func path(_ option: String?, recorded: String? = nil) -> String {
        let named = ProcessInfo.processInfo.environment["BRANCHYNET_DATA_DIR"]
        // Empty is how a shell says that there is none.
        return option ?? named.flatMap { $0.isEmpty ? nil : $0 } ?? recorded ?? "data"
    }

    /// What a run has to remember to find a data set again.
    func record(of dataset: String, _ found: FoundDataset) throws -> RunRecord {
        let damaged = found.damagedImages
        return RunRecord(
            dataFolder: URL(fileURLWithPath: path).standardizedFileURL.path,
            of: try name(of: dataset),
            // A run that goes on is shown none of them again.
            damagedImages: damaged.isEmpty ? record?.damagedImages ?? [] : damaged)
    }

    /// The splits of a recipe's data set, cut as it says.
    ///
    /// - Parameters:
    ///   - found: the data set.
    ///   - shape: of the network's images.
    ///   - geometry: how images of other sizes come to it.
    ///   - classNames: what a model calls its classes, whose order labels are to count; the data's own
    ///     where there is no model yet.
    ///   - isVaried: whether the images are to be varied as in training.
    /// - Throws: `DatasetError` where the data set cannot be had, or has classes that the model does
    ///   not know.
    func splits(
        of recipe: Recipe, _ found: FoundDataset, shape: Shape, geometry: ImageGeometry?,
        classNames: [String]?, isVaried: Bool = false, _ observer: WorkflowObserver
    ) throws -> DatasetSplits {
        var request = ImageFolder.Request()
        (request.shape, request.geometry, request.seed) = (shape, geometry, recipe.seed)
        request.cropShape = isVaried ? recipe.data.cropShape(for: shape) : nil
        request.skipsDamaged = recipe.data.skipDamaged
        request.allowsDuplicates = recipe.data.allowDuplicates
        (request.limits, request.cache) = (limits, try cachePlace(of: recipe.dataset))
        let parts = try relabelled(found.load(request, observer), classNames, observer)
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
    ///   `ModelError` where the model's folder has no recipe and no data set was asked for.
    package func splits(
        of model: TrainedModel, in folder: String, _ observer: WorkflowObserver
    ) throws -> DatasetSplits {
        var recipe = try recipe(of: model, in: folder)
        let found = try find(recipe.dataset, skipsDamaged: recipe.data.skipDamaged, observer)
        if asked != nil {
            recipe = try found.adapt(
                recipe, to: model.network, standard: recipe, WorkflowObserver())
        }
        let splits = try splits(
            of: recipe, found, shape: model.network.inputShape,
            geometry: model.preprocessing.geometry, classNames: model.classNames, observer)
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

    /// The recipe of a model. One that was imported has none, and is asked about data as any network
    /// would be.
    private func recipe(of model: TrainedModel, in folder: String) throws -> Recipe {
        do {
            return try Recipe(besideModel: folder, of: model.network)
        } catch let error as ModelError where error.code == .missingFile {
            guard asked != nil else {
                throw ModelError(
                    .missingFile,
                    "\(folder) keeps no recipe, since it was not trained here, and so names no data "
                        + "set; pass --dataset, such as --dataset folder:photos")
            }
            return try .standard(for: model.network)
        }
    }

    /// Both parts with labels in the order of a model's classes, if one is given. Where its names
    /// could not be found one by one in the data, the observer is told.
    private func relabelled(
        _ parts: (train: ImageDataset, test: ImageDataset), _ classNames: [String]?,
        _ observer: WorkflowObserver
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        guard let classNames else { return parts }
        let matches = try [parts.train, parts.test].map {
            try ClassMatch(of: $0, among: classNames)
        }
        if let note = matches[0].note { observer.tell(.note("note: \(note)")) }
        return (
            try parts.train.relabelled(by: matches[0]), try parts.test.relabelled(by: matches[1])
        )
    }

    /// The training and the test part of the data set that was asked for, or of the one named, as
    /// they are.
    ///
    /// - Throws: `DatasetError` where there is no such data set, it is not in the folder or its
    ///   files are not the published ones.
    package func load(
        _ dataset: String, _ observer: WorkflowObserver = WorkflowObserver()
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        var request = ImageFolder.Request()
        request.limits = limits
        return try find(dataset, skipsDamaged: false, observer).load(request, observer)
    }

    /// Where decoded images of a data set are kept; `nil` where they are not.
    private func cachePlace(of dataset: String) throws -> ImageCachePlace? {
        guard let cacheFolder else { return nil }
        switch try name(of: dataset) {
        case .imageFolder(let path), .imageTable(let path):
            return ImageCachePlace(in: cacheFolder, of: path)
        case .known, .idxFiles: return nil
        }
    }

    /// The data set that was asked for, or the one named.
    ///
    /// - Parameter skipsDamaged: whether all images of a folder are decoded, unless it is known
    ///   from an earlier run which are damaged.
    /// - Throws: as ``load(_:_:)``.
    func find(
        _ dataset: String, skipsDamaged: Bool, _ observer: WorkflowObserver
    ) throws -> FoundDataset {
        switch try name(of: dataset) {
        case .known(let dataset):
            tellOfNoCache(dataset.name, observer)
            let parts = try dataset.load(from: path)
            return .parts(train: parts.train, test: parts.test)
        case .imageFolder(let path):
            return try look(
                ImageFolderSurvey.init(of:decodesAll:damaged:cache:limits:observe:), path,
                "folder:",
                skipsDamaged, observer)
        case .imageTable(let path):
            return try look(
                ImageFolderSurvey.init(table:decodesAll:damaged:cache:limits:observe:), path,
                "csv:",
                skipsDamaged, observer)
        case .idxFiles(let paths):
            tellOfNoCache(dataset, observer)
            let parts = try IDXFiles.load(
                from: paths, name: "idx:\(Self.lastName(of: paths[0]))",
                maximumByteCount: limits.totalByteCount)
            if paths.count == 2 { observer.tell(.note("note: \(Self.cutNote(parts))")) }
            return .parts(train: parts.train, test: parts.test)
        }
    }

    private typealias Survey = (
        _ path: String, _ decodesAll: Bool, _ damaged: Set<String>, _ cache: ImageCachePlace?,
        _ limits: ImageFolder.Limits, _ observe: (_ done: Int, _ count: Int) throws -> Void
    ) throws -> ImageFolderSurvey

    /// Looks at the files of a folder or a table.
    private func look(
        _ survey: Survey, _ path: String, _ prefix: String, _ skipsDamaged: Bool,
        _ observer: WorkflowObserver
    ) throws -> FoundDataset {
        let known = asked == nil ? record?.damagedImages.map { Set($0) } : nil
        let cache = cacheFolder.map { ImageCachePlace(in: $0, of: path) }
        let survey = try survey(path, skipsDamaged && known == nil, known ?? [], cache, limits) {
            try observer.step("looking at \(path)", $0, of: $1)
        }
        let dealt = try redealt(survey, observer)
        // Before anything is said of what could be trained on.
        if !skipsDamaged { try dealt.requireWhole() }
        for note in dealt.notes { observer.tell(.note("note: \(note)")) }
        return .folder(dealt, name: prefix + Self.lastName(of: path))
    }

    private func tellOfNoCache(_ dataset: String, _ observer: WorkflowObserver) {
        guard cacheFolder != nil else { return }
        observer.tell(.note("note: \(dataset) is held in memory: nothing of it is kept by --cache"))
    }

    private static func lastName(of path: String) -> String {
        URL(fileURLWithPath: path).lastPathComponent
    }

    /// What is said where images to test on were cut out of the others.
    private static func cutNote(_ parts: (train: ImageDataset, test: ImageDataset)) -> String {
        let count = parts.train.count + parts.test.count
        return "\(parts.test.name) has no files to test on: \(parts.test.count) of its \(count) "
            + "images (\(IDXFiles.testPercentage) %), drawn with a fixed seed, are kept for the test"
    }

    /// The data set, and where it is if it is the user's own: as it was asked for now, as it was
    /// then, or as the recipe has it.
    private func name(of dataset: String) throws -> DatasetName {
        let name = try DatasetName(asked ?? dataset).absolute
        guard asked == nil else { return name }
        switch name {
        case .known: return name
        case .imageFolder: return record?.imageFolder.map { .imageFolder(path: $0) } ?? name
        case .imageTable: return record?.imageFolder.map { .imageTable(path: $0) } ?? name
        case .idxFiles: return record?.idxFiles.map { .idxFiles(paths: $0) } ?? name
        }
    }
}
