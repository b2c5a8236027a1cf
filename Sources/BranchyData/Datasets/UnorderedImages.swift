import BranchyChecksum
import BranchyCompute

/// Labelled images of one size as they are found, in an order that means nothing: that of files in
/// a folder or of members in an archive.
struct UnorderedImages {
    private(set) var pixels: [UInt8] = []
    private(set) var labels: [UInt16] = []

    /// Makes room, so that no larger block is ever looked for and filled again.
    mutating func reserve(_ count: Int, imagesOf shape: Shape) {
        pixels.reserveCapacity(count * shape.elementCount)
        labels.reserveCapacity(count)
    }

    mutating func append(_ image: some Collection<UInt8>, label: UInt16) {
        pixels += image
        labels.append(label)
    }

    /// The same images with other labels.
    consuming func relabelled(_ label: (UInt16) -> UInt16) -> UnorderedImages {
        labels = labels.map(label)
        return self
    }

    /// The data set of these images, in the order of their SHA-256: the same one from whatever
    /// layout they come, and one that mixes the classes, so that its first images are a sample.
    func dataset(
        name: String, imageShape: Shape, classNames: [String]
    ) throws -> ImageDataset {
        let size = imageShape.elementCount
        let keys = labels.indices.map { index in
            let key = Self.key(of: pixels[index * size..<(index + 1) * size])
            return (key, labels[index], index)
        }
        let order = keys.sorted(by: <).map(\.2)
        var sorted = UnorderedImages()
        sorted.reserve(order.count, imagesOf: imageShape)
        for index in order {
            sorted.append(pixels[index * size..<(index + 1) * size], label: labels[index])
        }
        return try ImageDataset(
            name: name, imageShape: imageShape, classNames: classNames, pixels: sorted.pixels,
            wideLabels: sorted.labels)
    }

    /// The first 128 of the 256 bits of an image's checksum: enough to tell images apart.
    private static func key(of pixels: ArraySlice<UInt8>) -> UInt128 {
        var hasher = SHA256Hasher()
        hasher.update(pixels)
        return hasher.digest.prefix(16).reduce(0) { $0 << 8 | UInt128($1) }
    }
}
