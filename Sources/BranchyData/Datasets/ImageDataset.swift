import BranchyChecksum
public import BranchyCompute

/// Labelled images of one size, held in memory: an immutable value.
///
/// Pixels are bytes, channel by channel and row by row (`[C, H, W]`), one image after the other,
/// as in the files of MNIST and CIFAR-10. They become floats only when a batch is loaded, see
/// ``BatchLoader``.
public struct ImageDataset: Sendable {
    /// The largest number of classes that there can be: a label is a byte.
    public static let classLimit = 256

    /// What the data is called, such as `mnist`.
    public let name: String
    /// The shape of one image: `[channels, height, width]`.
    public let imageShape: Shape
    /// What the classes are called; a label is an index into these.
    public let classNames: [String]
    /// Whether the data name their classes. Where not, ``classNames`` are the numbers that the data
    /// have for labels, as in IDX files.
    public let namesClasses: Bool
    /// The pixels of all images, `count * C * H * W` of them.
    public let pixels: [UInt8]
    /// The class of each image.
    public let labels: [UInt8]
    /// SHA-256 over the pixels and then the labels, in hexadecimal: what identifies the data in
    /// the record of a training or a calibration.
    public let checksum: String

    /// A data set of pixels and labels that belong together.
    ///
    /// - Throws: ``DatasetError`` of code `invalidDataset` if the shape is not one of an image,
    ///   the number of pixels is not that of the labels' images, or a label has no class name.
    public init(
        name: String, imageShape: Shape, classNames: [String], pixels: [UInt8], labels: [UInt8],
        namesClasses: Bool = true
    ) throws {
        try Self.check(imageShape, of: name)
        try Self.check(pixels, hold: labels.count, imagesOf: imageShape, in: name)
        try Self.check(labels, against: classNames, in: name)
        self.name = name
        self.imageShape = imageShape
        self.classNames = classNames
        self.namesClasses = namesClasses
        self.pixels = pixels
        self.labels = labels
        var hasher = SHA256Hasher()
        hasher.update(pixels)
        hasher.update(labels)
        self.checksum = hasher.hexadecimal
    }

    /// The number of images.
    public var count: Int { labels.count }

    /// The pixels of one image, `[C, H, W]` row-major.
    ///
    /// - Precondition: `0 <= index < count`.
    public func pixels(at index: Int) -> ArraySlice<UInt8> {
        precondition(labels.indices.contains(index), "image \(index) of \(count)")
        let start = index * imageShape.elementCount
        return pixels[start..<start + imageShape.elementCount]
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
        var chosen: [UInt8] = []
        chosen.reserveCapacity(indices.count * imageShape.elementCount)
        for index in indices {
            chosen += pixels(at: index)
        }
        return try ImageDataset(
            name: name, imageShape: imageShape, classNames: classNames,
            pixels: chosen, labels: indices.map { labels[$0] }, namesClasses: namesClasses)
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
        _ labels: [UInt8], against classNames: [String], in name: String
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
