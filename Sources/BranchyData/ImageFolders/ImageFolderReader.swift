import BranchyCompute
import BranchyImages

/// Sorts the images of an archive by split and class as they come, and decodes them in groups.
struct ImageFolderReader {
    /// How many bytes of files and pixels are held besides the images that are done.
    private static let groupByteCount = 1 << 26

    let source: String
    let limits: ImageFolder.Limits
    private var splits: [String: SplitImages] = [:]
    private var enclosing: ArraySlice<String>?
    /// What all images have to be like: the first of them.
    private var header: ImageHeader?
    private var group: [FolderImage] = []
    private var waitingByteCount = 0
    private var totalByteCount = 0

    init(source: String, limits: ImageFolder.Limits) {
        self.source = source
        self.limits = limits
    }

    /// Takes a file or folder, and reads it if it is an image.
    mutating func take(_ entry: FileTreeEntry, of archive: TarFile) throws {
        guard let place = ImagePlace(entry.path.map(\.text)) else { return }
        guard entry.isFolder || place.isImage else { return }
        try entry.requireText()
        guard place.rest.count <= (entry.isFolder ? 1 : 2) else {
            throw DatasetError(
                .invalidDataset, file: entry.name, "lies too deep",
                expected: "images as \(place.split)/CLASS/IMAGE")
        }
        try check(place.enclosing)
        guard let name = place.rest.first else { return }
        guard entry.isFolder || place.rest.count == 2 else {
            throw DatasetError(
                .invalidDataset, file: entry.name, "is in no class",
                expected: "images as \(place.split)/CLASS/IMAGE")
        }
        let label = try splits[place.split, default: SplitImages()].label(of: name, in: source)
        guard !entry.isFolder else { return }
        try add(
            FolderImage(
                name: entry.name, split: place.split, label: label,
                contents: try archive.contents(maximumByteCount: limits.fileByteCount)))
    }

    private mutating func check(_ enclosing: ArraySlice<String>) throws {
        let first = self.enclosing ?? enclosing
        guard enclosing == first else {
            let names = [first, enclosing].map { $0.first ?? "." }.joined(separator: " and ")
            throw DatasetError(
                .invalidDataset, file: source, "holds more than one image folder",
                expected: "one", found: names)
        }
        self.enclosing = first
    }

    private mutating func add(_ image: FolderImage) throws {
        let header = try self.header ?? firstHeader(of: image)
        self.header = header
        totalByteCount += header.shape.elementCount
        guard totalByteCount <= limits.totalByteCount else {
            throw DatasetError(
                .limitExceeded, file: source, "has too many images",
                expected: "at most \(limits.totalByteCount) bytes of pixels", found: "more",
                remedy: ImageFolder.Limits.remedy)
        }
        group.append(image)
        waitingByteCount += image.contents.count + header.shape.elementCount
        if waitingByteCount >= Self.groupByteCount { try decodeGroup() }
    }

    private func firstHeader(of image: FolderImage) throws -> ImageHeader {
        do throws(ImageError) {
            let encoded = try EncodedImage(image.contents)
            try encoded.checkSize(pixelLimit: limits.pixelCount)
            return encoded.header
        } catch {
            throw DatasetError(error, file: image.name)
        }
    }

    private mutating func decodeGroup() throws {
        guard let header else { return }
        let images = try group.concurrentMap { try $0.decoded(as: header) }
        for (encoded, pixels) in zip(group, images) {
            splits[encoded.split]?.images.append(pixels, label: encoded.label)
        }
        group.removeAll()
        waitingByteCount = 0
    }

    /// The two parts, once everything has been taken.
    mutating func finish(name: String) throws -> (train: ImageDataset, test: ImageDataset) {
        try decodeGroup()
        guard let header, let train = splits["train"], let test = splits["test"] ?? splits["val"]
        else {
            throw DatasetError(
                .invalidDataset, file: source, "is not a folder of images in classes",
                expected: "train/CLASS/IMAGE and test/CLASS/IMAGE (or val/CLASS/IMAGE), "
                    + "images being \(ImageFormat.endingNames)",
                found: splits.isEmpty ? "neither" : splits.keys.sorted().joined(separator: ", "))
        }
        let testName = splits["test"] == nil ? "val" : "test"
        try train.check("train", in: source)
        try test.check(testName, in: source)
        guard train.classNames == test.classNames else {
            let lone = Set(train.classNames).symmetricDifference(test.classNames).sorted()
            throw DatasetError(
                .invalidDataset, file: source, "train and \(testName) have different classes",
                expected: "the same folders in both",
                found: "\(lone.joined(separator: ", ")) in one of them only")
        }
        splits = [:]
        return (
            try train.dataset(name: name, imageShape: header.shape),
            try test.dataset(name: name, imageShape: header.shape)
        )
    }
}

/// An image file, and where it belongs.
private struct FolderImage: Sendable {
    let name: String
    let split: String
    let label: UInt16
    let contents: [UInt8]

    /// The pixels, if the image is like all others.
    func decoded(as header: ImageHeader) throws -> [UInt8] {
        do {
            let encoded = try EncodedImage(contents)
            guard encoded.header == header else {
                throw DatasetError(
                    .invalidDataset, file: name, "differs from the images before it",
                    expected: "\(header)", found: "\(encoded.header)",
                    remedy: "Bring all images to one size and colour type")
            }
            return try encoded.decoded(pixelLimit: header.width * header.height).pixels
        } catch let error as ImageError {
            throw DatasetError(error, file: name)
        }
    }
}

/// The images of one split; labels count classes in the order in which they were found.
private struct SplitImages {
    private var labels: [String: UInt16] = [:]
    var images = UnorderedImages()

    var classNames: [String] { labels.keys.sorted() }

    /// The label of a class, which is a new one if its name is.
    mutating func label(of name: String, in source: String) throws -> UInt16 {
        if let label = labels[name] { return label }
        guard let label = UInt16(exactly: labels.count) else {
            throw DatasetError(
                .invalidDataset, file: source, "has too many classes",
                expected: "at most \(ImageFolder.classLimit)", found: "more")
        }
        labels[name] = label
        return label
    }

    func check(_ split: String, in source: String) throws {
        let filled = Set(images.labels)
        let empty = labels.filter { !filled.contains($0.value) }.keys.sorted()
        guard empty.isEmpty, !labels.isEmpty else {
            throw DatasetError(
                .invalidDataset, file: source,
                labels.isEmpty
                    ? "there is no class in \(split)"
                    : "there is no image in "
                        + empty.map { "\(split)/\($0)" }.joined(separator: ", "),
                expected: "one image or more in each class")
        }
    }

    /// The data set, labels counting the sorted names.
    func dataset(name: String, imageShape: Shape) throws -> ImageDataset {
        let names = classNames
        var sorted = [UInt16](repeating: 0, count: names.count)
        for (position, name) in names.enumerated() {
            if let label = labels[name] { sorted[Int(label)] = UInt16(position) }
        }
        return try images.relabelled { sorted[Int($0)] }
            .dataset(name: name, imageShape: imageShape, classNames: names)
    }
}
