import BranchyImages

/// What is in a folder or an archive of images: found by looking at every file once, without decoding.
///
///     let survey = try ImageFolderSurvey(of: "photos")
///     print(survey.classNames, survey.damaged.count)
public struct ImageFolderSurvey: Sendable {
    /// A file that is no part of the data, and why.
    public struct Remark: Hashable, Sendable {
        /// Its path from the folder on.
        public let path: String
        /// What is wrong with it, to be read behind the path.
        public let reason: String
    }

    /// An image that can be used.
    package struct Image: Sendable {
        package let path: String
        let part: FolderLayout.Part
        /// Which of the ``ImageFolderSurvey/classNames`` it is.
        package let label: Int
        let inspection: ImageInspection
    }

    /// The folder, the archive, or the table that names the images.
    public let path: String
    let contents: ImageContents
    /// The names of all classes, sorted.
    public internal(set) var classNames: [String]
    /// Images that cannot be read.
    public internal(set) var damaged: [Remark]
    /// What is no image, or lies where none belongs.
    public let passedOver: [Remark]
    /// In the order of their paths.
    package internal(set) var images: [Image]
    let isDivided: Bool
    /// Whether a table names the images.
    let isNamed: Bool
    /// Whether images have the parts that an earlier run dealt them.
    var isDealt = false
    /// Folders of classes that no image was found in, from the folder on.
    var emptyClasses: [String]
    /// The name of each part's folder.
    let folders: [FolderLayout.Part: String]

    /// Looks at every file of a folder or an archive, on all cores.
    ///
    /// - Parameters:
    ///   - path: a folder, in which links are followed; or a tar or zip archive, which is held in memory.
    ///   - decodesAll: whether every image is decoded too, which finds damage in its middle and
    ///     takes as long as it takes.
    ///   - damaged: paths of which it is known already that they cannot be read.
    ///   - cache: of decoded images, if there is one: what it has was decoded before.
    ///   - limits: what is refused rather than read.
    ///   - observe: told how many files of how many were looked at.
    /// - Throws: ``DatasetError`` of code `fileNotFound` where there is nothing, `unreadableFile` where
    ///   a folder cannot be listed or an archive not read, and `invalidDataset` where a name is not
    ///   UTF-8, two folders name one part, or there are more classes than a label counts; `malformedFile`
    ///   and `limitExceeded` where an archive holds what it must not; what `observe` throws.
    public init(
        of path: String, decodesAll: Bool = false, damaged known: Set<String> = [],
        cache: ImageCachePlace? = nil, limits: ImageFolder.Limits = .init(),
        observe: (_ done: Int, _ count: Int) throws -> Void = { _, _ in }
    ) throws {
        try self.init(
            of: ImageList(of: path, limits: limits), at: path, decodesAll: decodesAll,
            damaged: known,
            cache: cache, limits: limits, observe: observe)
    }

    /// Looks at every file that a table names, see ``ImageTable``.
    ///
    /// - Parameters:
    ///   - table: a CSV or TSV file.
    /// - Throws: as ``init(of:decodesAll:damaged:cache:limits:observe:)``; `fileNotFound`, `unreadableFile`
    ///   or `malformedFile` where the table cannot be read, `invalidDataset` where it lacks a column.
    public init(
        table: String, decodesAll: Bool = false, damaged known: Set<String> = [],
        cache: ImageCachePlace? = nil, limits: ImageFolder.Limits = .init(),
        observe: (_ done: Int, _ count: Int) throws -> Void = { _, _ in }
    ) throws {
        try self.init(
            of: ImageList(table: table), at: table, decodesAll: decodesAll, damaged: known,
            cache: cache, limits: limits, observe: observe)
    }

    private init(
        of list: ImageList, at path: String, decodesAll: Bool, damaged known: Set<String>,
        cache: ImageCachePlace?, limits: ImageFolder.Limits,
        observe: (_ done: Int, _ count: Int) throws -> Void
    ) throws {
        var builder = Builder(list)
        let decoded = cache?.fingerprints ?? []
        var done = 0
        // A group at a time, so that whoever waits is told, and may stop.
        for start in stride(from: 0, to: list.files.count, by: Self.groupCount) {
            let group = Array(list.files[start..<min(start + Self.groupCount, list.files.count)])
            let findings = try group.concurrentMap { file -> ImageInspection.Finding in
                guard !known.contains(file.path) else {
                    return .damaged("was found damaged before")
                }
                return ImageInspection.inspect(
                    file.path, in: list.contents, decodes: decodesAll, known: decoded,
                    limits: limits)
            }
            for (file, finding) in zip(group, findings) {
                try builder.take(file, finding, in: path)
            }
            done += group.count
            try observe(done, list.files.count)
        }
        self.path = path
        (contents, isDivided, isNamed) = (list.contents, list.isDivided, list.isNamed)
        emptyClasses = builder.emptyClasses(expected: list.classFolders)
        (classNames, images) = try builder.finished(in: path)
        (damaged, passedOver, folders) = (builder.damaged, builder.passedOver, builder.folders)
    }

    private static let groupCount = 1024

    /// What a user has to know of what is left out, a line each.
    package var notes: [String] {
        var notes: [String] = []
        if let part = unusedPart {
            notes.append(
                "\(path)/\(part.folder) with \(part.count) images is not used; validation images are "
                    + "cut from the training part")
        }
        for (reason, remarks) in Dictionary(grouping: passedOver, by: \.reason).sorted(by: {
            $0.key < $1.key
        }) {
            let rest = remarks.count > 1 ? " and \(remarks.count - 1) more" : ""
            notes.append("\(path): passed over \(remarks[0].path)\(rest): \(reason)")
        }
        return notes
    }

    /// How many images of each class a part has.
    func counts(of part: FolderLayout.Part) -> [Int] {
        var counts = [Int](repeating: 0, count: classNames.count)
        for image in images where image.part == part { counts[image.label] += 1 }
        return counts
    }
}

/// Sorts files as they are looked at.
private struct Builder {
    private typealias Found = (
        path: String, part: FolderLayout.Part, className: String, inspection: ImageInspection
    )

    private var found: [Found] = []
    private let isNamed: Bool
    var damaged: [ImageFolderSurvey.Remark] = []
    var passedOver: [ImageFolderSurvey.Remark]
    var folders: [FolderLayout.Part: String] = [:]

    init(_ list: ImageList) {
        (passedOver, isNamed) = (list.passedOver, list.isNamed)
    }

    /// The folders of classes without any image.
    func emptyClasses(expected: [FolderLayout.Place]) -> [String] {
        let filled = Set(
            found.map { image in Self.folder(folders[image.part] ?? "", image.className) })
        let names = expected.compactMap { place -> String? in
            guard case .image(_, let folder, let name) = place else { return nil }
            return Self.folder(folder, name)
        }
        return Set(names).subtracting(filled).sorted()
    }

    private static func folder(_ part: String, _ name: String) -> String {
        part.isEmpty ? name : part + "/" + name
    }

    mutating func take(
        _ file: ImageList.File, _ finding: ImageInspection.Finding, in root: String
    ) throws {
        let path = file.path
        switch (file.place, finding) {
        case (.nowhere(let reason), _) where isNamed:
            damaged.append(.init(path: path, reason: "has \(reason)"))
        case (_, .other) where isNamed:
            damaged.append(.init(path: path, reason: "is not there, or no image"))
        case (_, .other): passedOver.append(.init(path: path, reason: "no image"))
        case (.nowhere(let reason), _): passedOver.append(.init(path: path, reason: reason))
        case (.image(let part, let folder, let name), let finding):
            let other = folders.updateValue(folder, forKey: part)
            guard other == nil || other == folder || isNamed else {
                throw DatasetError(
                    .invalidDataset, file: root, "has two folders for one part",
                    expected: "one", found: "\(other ?? "") and \(folder)")
            }
            if case .damaged(let reason) = finding {
                damaged.append(.init(path: path, reason: reason))
            } else if case .image(let inspection) = finding {
                found.append((path, part, name, inspection))
            }
        }
    }

    /// Labels count the sorted names, whichever part has them.
    func finished(in root: String) throws -> ([String], [ImageFolderSurvey.Image]) {
        let names = Set(found.map(\.className)).sorted()
        guard names.count <= ImageDataset.classLimit else {
            throw DatasetError(
                .invalidDataset, file: root, "has too many classes",
                expected: "at most \(ImageDataset.classLimit)", found: "\(names.count)")
        }
        let labels = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        let images = found.map { path, part, name, inspection in
            ImageFolderSurvey.Image(
                path: path, part: part, label: labels[name] ?? 0, inspection: inspection)
        }
        return (names, images)
    }
}
