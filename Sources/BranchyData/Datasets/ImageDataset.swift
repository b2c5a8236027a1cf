import BranchyChecksum
public import BranchyCompute

/// Labelled images of one size: an immutable value.
///
/// Pixels are bytes, channel by channel and row by row (`[C, H, W]`). Those of small images are held
/// in memory, as the files of MNIST and CIFAR-10 have them; photographs stay in their files and are
/// decoded when they are asked for. They become floats only when a batch is loaded, see
/// ``BatchLoader``.
public struct ImageDataset: Sendable {
    /// The largest number of classes that there can be: a label has 16 bits.
    public static let classLimit = 1 << 16

    /// What the data is called, such as `mnist`.
    public let name: String
    /// The shape of one image: `[channels, height, width]`.
    public let imageShape: Shape
    /// What the classes are called; a label is an index into these.
    public let classNames: [String]
    /// Whether the data name their classes. Where not, ``classNames`` are the numbers that the data
    /// have for labels, as in IDX files.
    public let namesClasses: Bool
    /// The class of each image.
    public let labels: [UInt16]
    /// SHA-256 over the pixels and then the labels, in hexadecimal: what identifies the data in
    /// the record of a training or a calibration. Labels are bytes up to 256 classes, and two each
    /// beyond, the lower one first. Where images stay in their files, ``ImageFiles`` says what stands
    /// for their pixels.
    public let checksum: String
    /// Where the pixels are.
    let store: ImageStore

    /// A data set of pixels and labels of one byte that belong together.
    ///
    /// - Throws: as for labels of any number of bits.
    public init(
        name: String, imageShape: Shape, classNames: [String], pixels: [UInt8], labels: [UInt8],
        namesClasses: Bool = true
    ) throws {
        try self.init(
            name: name, imageShape: imageShape, classNames: classNames, pixels: pixels,
            wideLabels: labels.map { UInt16($0) }, namesClasses: namesClasses)
    }

    /// A data set of pixels and labels that belong together.
    ///
    /// - Parameters:
    ///   - pixels: of all images, `count * C * H * W` of them.
    ///   - labels: the class of each image, counted from 0; of 16 bits, for more than 256 classes.
    ///   - namesClasses: whether the names are the data's own.
    /// - Throws: ``DatasetError`` of code `invalidDataset` if the shape is not one of an image,
    ///   the number of pixels is not that of the labels' images, or a label has no class name.
    public init(
        name: String, imageShape: Shape, classNames: [String], pixels: [UInt8],
        wideLabels labels: [UInt16], namesClasses: Bool = true
    ) throws {
        try Self.check(imageShape, of: name)
        try Self.check(pixels, hold: labels.count, imagesOf: imageShape, in: name)
        try self.init(
            name: name, imageShape: imageShape, classNames: classNames, store: .memory(pixels),
            labels: labels, namesClasses: namesClasses)
    }

    /// A data set of images that are somewhere, as many as there are labels.
    init(
        name: String, imageShape: Shape, classNames: [String], store: ImageStore,
        labels: [UInt16], namesClasses: Bool
    ) throws {
        self.name = name
        self.imageShape = imageShape
        self.classNames = classNames
        self.namesClasses = namesClasses
        self.store = store
        self.labels = labels
        try Self.check(labels, against: classNames, in: name)
        var hasher = SHA256Hasher()
        store.update(&hasher)
        if classNames.count <= 256 {
            hasher.update(self.labels.map { UInt8(truncatingIfNeeded: $0) })
        } else {
            hasher.update(self.labels.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
        }
        self.checksum = hasher.hexadecimal
    }

    /// The number of images.
    public var count: Int { labels.count }

    /// The pixels of one image, `[C, H, W]` row-major.
    ///
    /// - Throws: ``DatasetError`` where the image is in a file of its own, which is damaged, gone or
    ///   another one by now.
    /// - Precondition: `0 <= index < count`.
    public func pixels(at index: Int) throws -> ArraySlice<UInt8> {
        precondition(labels.indices.contains(index), "image \(index) of \(count)")
        return try store.pixels(at: index, shape: imageShape)
    }

    /// The class of one image.
    ///
    /// - Precondition: `0 <= index < count`.
    public func label(at index: Int) -> Int {
        Int(labels[index])
    }
}

extension ImageDataset {
    /// The images at some indices, in the order of the indices.
    ///
    /// - Throws: ``DatasetError`` of code `invalidDataset` if there is no image at an index.
    public func subset(_ indices: [Int]) throws -> ImageDataset {
        if let stray = indices.first(where: { !labels.indices.contains($0) }) {
            throw DatasetError(
                .invalidDataset, "\(name): there is no image \(stray) among \(count) images")
        }
        return try ImageDataset(
            name: name, imageShape: imageShape, classNames: classNames,
            store: store.subset(indices, shape: imageShape), labels: indices.map { labels[$0] },
            namesClasses: namesClasses)
    }

    /// The first images, at most `maximumCount` of them.
    public func prefix(_ maximumCount: Int) throws -> ImageDataset {
        try subset(Array(labels.indices.prefix(max(0, maximumCount))))
    }
}

extension ImageDataset {
    private static func check(_ shape: Shape, of name: String) throws {
        guard shape.rank == 3, shape.elementCount > 0 else {
            throw DatasetError(
                .invalidDataset,
                "\(name): images have the shape \(shape); expected channels x height x width, "
                    + "none of them 0")
        }
    }

    private static func check(
        _ pixels: [UInt8], hold count: Int, imagesOf shape: Shape, in name: String
    ) throws {
        // Divided rather than multiplied: a count from outside cannot overflow this.
        let (images, rest) = pixels.count.quotientAndRemainder(dividingBy: shape.elementCount)
        guard images == count, rest == 0 else {
            throw DatasetError(
                .invalidDataset,
                "\(name): \(pixels.count) pixels do not make \(count) images of \(shape), "
                    + "one for each label; there are \(images) whole images")
        }
    }

    private static func check(
        _ labels: [UInt16], against classNames: [String], in name: String
    ) throws {
        guard (1...classLimit).contains(classNames.count) else {
            throw DatasetError(
                .invalidDataset,
                "\(name): \(classNames.count) class names; expected 1 to \(classLimit)")
        }
        if let index = labels.firstIndex(where: { Int($0) >= classNames.count }) {
            throw DatasetError(
                .invalidDataset,
                "\(name): image \(index) has label \(labels[index]); expected a label below "
                    + "\(classNames.count), the number of classes")
        }
    }
}
