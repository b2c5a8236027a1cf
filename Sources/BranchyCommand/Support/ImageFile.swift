import BranchyData
import BranchyNet
import Compute

/// The images of one file that a user wants answered, read as they are asked for.
struct ImageFile: ~Copyable {
    /// How large a picture may be: what a folder of images may hold as one file.
    private static let largestPicture = ImageFolder.Limits().fileByteCount
    /// About how many bytes of an IDX file are read at once.
    private static let chunkSize = 1 << 20

    /// How many are to be answered.
    let count: Int
    private let shape: Shape
    /// The rest of an IDX file.
    private var rest: IDXImageReader?
    /// What is read and not asked for yet starts at `position`.
    private var pixels: [UInt8]
    private var position = 0
    private var left: Int

    /// Opens an IDX file, PNG or JPEG whose images have a network's input shape.
    ///
    /// - Parameter limit: how many images are to be answered at most; more are not read.
    /// - Throws: `DatasetError` where the file is none of these, `ModelError` where it is missing
    ///   or cannot be read, `NetworkError` where its images have another shape.
    static func open(_ path: String, shape: Shape, limit: Int) throws -> ImageFile {
        if ImageDecoder.isImage(try AtomicFile.start(of: path, byteCount: 8)) {
            return ImageFile(try pixels(ofPicture: path, shape: shape), shape, limit: limit)
        }
        let images = try IDXImageReader(path)
        try check(images.imageShape, is: shape, in: path)
        return ImageFile(images, limit: limit)
    }

    private init(_ images: consuming IDXImageReader, limit: Int) {
        (count, shape, pixels) = (min(images.count, limit), images.imageShape, [])
        rest = consume images
        left = count
    }

    private init(_ pixels: [UInt8], _ shape: Shape, limit: Int) {
        (count, self.shape, self.pixels) = (min(1, limit), shape, pixels)
        rest = nil
        left = count
    }

    /// The next image as the network reads it, or `nil` at the end.
    ///
    /// - Throws: `DatasetError` where an IDX file ends before it should, or is damaged.
    mutating func next(preparedBy preprocessing: Preprocessing) throws -> [Float]? {
        guard left > 0 else { return nil }
        if position == pixels.count {
            pixels = try rest?.next(min(left, max(1, Self.chunkSize / shape.elementCount))) ?? []
            position = 0
        }
        let plane = shape[1] * shape[2]
        let start = position
        position += shape.elementCount
        left -= 1
        return (0..<shape.elementCount).map { offset in
            preprocessing.apply(to: pixels[start + offset], channel: offset / plane)
        }
    }

    private static func check(_ found: Shape, is shape: Shape, in path: String) throws {
        guard found == shape else {
            throw NetworkError(
                .shapeMismatch,
                "\(path) has images of shape \(found), the network expects \(shape)")
        }
    }

    /// Whatever its size, a picture of another one is refused before memory is taken for it.
    private static func pixels(ofPicture path: String, shape: Shape) throws -> [UInt8] {
        let bytes = try AtomicFile.read(path, limit: largestPicture)
        let header = try ImageDecoder.header(of: bytes, name: path)
        guard header.shape == shape else {
            throw NetworkError(
                .shapeMismatch,
                "\(path) has \(header), which is the shape \(header.shape); the network expects "
                    + "\(shape)")
        }
        return try ImageDecoder(channels: header.channels).decode(bytes, name: path).pixels
    }
}
