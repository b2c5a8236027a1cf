public import BranchyCompute

/// An array of bytes in the IDX format, in which MNIST and its relatives are published.
///
/// A header of two zero bytes, the element type, the number of dimensions and each size
/// (big-endian, 32 bits), then the data, row-major. Element type 0x08, unsigned bytes, is read.
///
/// # References
/// Yann LeCun, Corinna Cortes, Christopher J. C. Burges: *The MNIST database of handwritten
/// digits*, section "File formats".
public struct IDXFile: Sendable {
    /// What errors call the file, usually its path.
    public let name: String
    /// The sizes, outermost first.
    public let dimensions: [Int]
    /// The data: as many bytes as the product of the dimensions.
    public let bytes: [UInt8]

    private let header: IDXHeader

    /// Parses the uncompressed contents of a file.
    ///
    /// - Throws: ``DatasetError`` of code `malformedFile` if the header is not that of an IDX
    ///   file or does not fit the number of bytes, `unsupportedFormat` if the elements are not
    ///   unsigned bytes.
    public init(contents: [UInt8], name: String) throws {
        var rest = contents[...]
        header = try IDXHeader(name: name) { count in
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        } following: {
            contents.count - $0
        }
        self.name = name
        self.dimensions = header.dimensions
        self.bytes = Array(rest)
    }

    /// Reads a file, plain or compressed with gzip.
    ///
    /// - Parameters:
    ///   - path: where the file is.
    ///   - maximumByteCount: how large the uncompressed contents may be; more is refused before
    ///     it is read.
    /// - Throws: ``DatasetError`` of the codes of ``init(contents:name:)``, `fileNotFound`,
    ///   `unreadableFile` or `limitExceeded`.
    public init(path: String, maximumByteCount: Int = 1 << 30) throws {
        var reader = try IDXReader(path)
        guard reader.header.dataByteCount <= maximumByteCount - reader.header.byteCount else {
            throw DatasetError(
                .limitExceeded, file: path, "too large when uncompressed",
                expected: "at most \(maximumByteCount) bytes",
                found: "\(reader.header.dataByteCount) and a header")
        }
        header = reader.header
        name = path
        dimensions = header.dimensions
        bytes = try reader.read(header.dataByteCount)
        try reader.checkEnd()
    }
}

extension IDXFile {
    /// Images without labels.
    public struct Images: Sendable {
        /// How many images there are.
        public let count: Int
        /// The shape of one image: `[1, height, width]`.
        public let imageShape: Shape
        /// The pixels of all images, `count * height * width` of them.
        public let pixels: [UInt8]
    }

    /// The contents as images.
    ///
    /// - Throws: ``DatasetError`` of code `malformedFile` if there are not three dimensions or an
    ///   image has no pixel.
    public func asImages() throws -> Images {
        Images(count: dimensions[0], imageShape: try header.imageShape(), pixels: bytes)
    }

    /// The contents as labels.
    ///
    /// - Throws: ``DatasetError`` of code `malformedFile` if there is not one dimension.
    public func asLabels() throws -> [UInt8] {
        guard dimensions.count == 1 else { throw header.wrongKind(expected: "labels: 1 size") }
        return bytes
    }
}

extension ImageDataset {
    /// The data set of one file of images and one of labels, each plain or compressed with gzip.
    ///
    /// - Throws: ``DatasetError`` if a file cannot be read, is of the other kind, or the two do
    ///   not have the same number of entries.
    public init(
        name: String, classNames: [String], imagesAt imagesPath: String,
        labelsAt labelsPath: String
    ) throws {
        try self.init(
            name: name, classNames: classNames,
            images: IDXFile(path: imagesPath), labels: IDXFile(path: labelsPath))
    }

    /// The data set of one file of images and one of labels.
    init(
        name: String, classNames: [String], namesClasses: Bool = true, images: IDXFile,
        labels: IDXFile
    ) throws {
        let stack = try images.asImages()
        let classes = try labels.asLabels()
        guard stack.count == classes.count else {
            throw DatasetError(
                .invalidDataset, file: labels.name, "does not belong to \(images.name)",
                expected: "\(stack.count) labels, one for each image",
                found: "\(classes.count)")
        }
        try self.init(
            name: name, imageShape: stack.imageShape, classNames: classNames,
            pixels: stack.pixels, labels: classes, namesClasses: namesClasses)
    }
}
