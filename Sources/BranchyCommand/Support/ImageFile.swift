import BranchyData
import BranchyNet
import Compute

/// The images of one file that a user wants answered.
struct ImageFile {
    /// How many there are.
    let count: Int
    private let shape: Shape
    private let pixels: [UInt8]

    /// Reads an IDX file, PNG or JPEG whose images have a network's input shape.
    ///
    /// - Throws: `DatasetError` where the file is missing or none of these, `NetworkError` where
    ///   its images have another shape.
    init(_ path: String, shape: Shape) throws {
        let images = try Self.read(path, shape: shape)
        guard images.shape == shape else {
            throw NetworkError(
                .shapeMismatch,
                "\(path) has images of shape \(images.shape), the network expects \(shape)")
        }
        self.shape = shape
        count = images.count
        pixels = images.pixels
    }

    /// One image as the network reads it.
    func image(at index: Int, preparedBy preprocessing: Preprocessing) -> [Float] {
        let plane = shape[1] * shape[2]
        let start = index * shape.elementCount
        return (0..<shape.elementCount).map { offset in
            preprocessing.apply(to: pixels[start + offset], channel: offset / plane)
        }
    }

    private typealias Images = (count: Int, shape: Shape, pixels: [UInt8])

    private static func read(_ path: String, shape: Shape) throws -> Images {
        let bytes = try AtomicFile.read(path, limit: 1 << 30)
        if ImageDecoder.isImage(bytes) { return try decode(bytes, path, shape: shape) }
        let images = try IDXFile.images(at: path)
        return (images.count, images.imageShape, images.pixels)
    }

    /// Whatever its size, an image of another one is refused before memory is taken for it.
    private static func decode(_ bytes: [UInt8], _ path: String, shape: Shape) throws -> Images {
        let header = try ImageDecoder.header(of: bytes, name: path)
        guard header.shape == shape else {
            throw NetworkError(
                .shapeMismatch,
                "\(path) has \(header), which is the shape \(header.shape); the network expects "
                    + "\(shape)")
        }
        let image = try ImageDecoder(channels: header.channels).decode(bytes, name: path)
        return (1, image.shape, image.pixels)
    }
}
