import BranchyData
import BranchyNet
import Compute

/// The images of a file that a user wants answered.
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
        let images = try Self.read(path, channels: shape[0])
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

    private static func read(_ path: String, channels: Int) throws -> Images {
        let bytes = try AtomicFile.read(path, limit: 1 << 30)
        if bytes.starts(with: [0x89, 0x50]) || bytes.starts(with: [0xFF, 0xD8]) {
            let decoder = ImageDecoder(channels: channels == 3 ? .rgb : .gray)
            let image = try decoder.decode(bytes, name: path)
            return (1, image.shape, image.pixels)
        }
        let images = try IDXFile.images(at: path)
        return (images.count, images.imageShape, images.pixels)
    }
}
