import BranchyCompute
import BranchyData
import BranchyImages
import BranchyNet

/// What a network reads, and how pictures become it.
struct ImageInput: Sendable {
    /// `[C, H, W]`.
    let shape: Shape
    /// `nil` where pictures have to have that shape.
    let geometry: ImageGeometry?

    init(of model: TrainedModel) {
        shape = model.network.inputShape
        geometry = model.preprocessing.geometry
    }
}

/// The images of one file that a user wants answered, read as they are asked for.
struct ImageFile: ~Copyable {
    /// How large a picture may be: what a folder of images may hold as one file.
    private static let largestPicture = ImageFolder.Limits().fileByteCount

    /// The rest of an IDX file.
    private var images: IDXImageReader?
    /// A picture that was not asked for yet.
    private var picture: [UInt8] = []
    /// How many images are still to be answered.
    private var left: Int

    /// Opens an IDX file whose images have a network's input shape, or a picture that can be brought
    /// to it.
    ///
    /// - Parameter limit: how many images are to be answered at most; more are not read.
    /// - Throws: `DatasetError` where the file is none of these, `ModelError` where it is missing
    ///   or cannot be read, `NetworkError` where its images have another shape.
    static func open(_ path: String, as input: ImageInput, limit: Int) throws -> ImageFile {
        let start = try AtomicFile.start(of: path, byteCount: ForeignFile.signatureByteCount)
        if let format = ImageFormat(of: start) {
            let contents = try AtomicFile.read(path, limit: largestPicture)
            return ImageFile(
                try pixels(ofPicture: contents, format, path, as: input), limit: limit)
        }
        guard !start.isEmpty else {
            throw DatasetError(
                .malformedFile, "\(path): expected \(ForeignFile.expected), found an empty file")
        }
        if let other = ForeignFile(of: start) {
            throw DatasetError(
                .unsupportedFormat,
                "\(path): is \(other.title); expected \(ForeignFile.expected)")
        }
        let images = try IDXImageReader(path)
        guard images.imageShape == input.shape else {
            throw NetworkError(
                .shapeMismatch,
                "\(path) has images of shape \(images.imageShape), the network expects \(input.shape)"
            )
        }
        return ImageFile(images, limit: limit)
    }

    private init(_ images: consuming IDXImageReader, limit: Int) {
        left = min(images.count, limit)
        self.images = consume images
    }

    private init(_ picture: [UInt8], limit: Int) {
        left = min(1, limit)
        self.picture = picture
        images = nil
    }

    /// The pixels of the next images, at most `maximumCount` of them; none at the end.
    ///
    /// - Throws: `DatasetError` where an IDX file ends before it should, or is damaged.
    mutating func next(_ maximumCount: Int) throws -> [UInt8] {
        let count = min(left, maximumCount)
        guard count > 0 else { return [] }
        left -= count
        return try images?.next(count) ?? picture
    }

    /// Decodes the contents of a picture. Where a model takes only one size, a picture of another one
    /// is refused before memory is taken for it, whatever that is.
    ///
    /// - Throws: as ``open(_:as:limit:)``.
    static func pixels(
        ofPicture contents: [UInt8], _ format: ImageFormat, _ path: String, as input: ImageInput
    ) throws -> [UInt8] {
        do {
            let image = try EncodedImage(contents, format)
            guard input.geometry != nil || image.header.shape == input.shape else {
                throw NetworkError(
                    .shapeMismatch,
                    "\(path) has \(image.header), which is the shape \(image.header.shape); the "
                        + "network expects \(input.shape). --resize brings pictures to that")
            }
            return try image.pixels(for: input.shape, geometry: input.geometry)
        } catch let error as ImageError {
            throw DatasetError(error, file: path)
        }
    }
}
