import BranchyChecksum
import BranchyCompute

/// Where the pixels of a data set's images are.
enum ImageStore: Sendable {
    /// In memory, one image after the other.
    case memory([UInt8])
    /// In files, which are decoded when they are asked for.
    case files(ImageFiles)

    /// The pixels of one image of a shape.
    ///
    /// - Throws: ``DatasetError`` where a file does not give them.
    func pixels(at index: Int, shape: Shape) throws -> ArraySlice<UInt8> {
        switch self {
        case .memory(let pixels):
            let start = index * shape.elementCount
            return pixels[start..<start + shape.elementCount]
        case .files(let files): return try files.pixels(at: index)[...]
        }
    }

    /// The images at some indices, in their order.
    func subset(_ indices: [Int], shape: Shape) -> ImageStore {
        switch self {
        case .memory(let pixels):
            let size = shape.elementCount
            var chosen: [UInt8] = []
            chosen.reserveCapacity(indices.count * size)
            for index in indices { chosen += pixels[index * size..<(index + 1) * size] }
            return .memory(chosen)
        case .files(let files): return .files(files.subset(indices))
        }
    }

    /// Adds what stands for the images in a checksum.
    func update(_ hasher: inout SHA256Hasher) {
        switch self {
        case .memory(let pixels): hasher.update(pixels)
        case .files(let files): files.update(&hasher)
        }
    }
}
