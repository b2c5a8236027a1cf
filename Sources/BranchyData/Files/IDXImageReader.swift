public import BranchyCompute

/// The images of an IDX file, plain or compressed with gzip, read in their order and no further than
/// they are asked for.
///
///     var images = try IDXImageReader("t10k-images-idx3-ubyte.gz")
///     while case let pixels = try images.next(256), !pixels.isEmpty { ... }
///
/// Memory is taken for the images that are asked for, whatever the file claims or unpacks to.
public struct IDXImageReader: ~Copyable {
    /// How many images there are, by what the file says.
    public let count: Int
    /// The shape of one image: `[1, height, width]`.
    public let imageShape: Shape
    private var reader: IDXReader
    private var left: Int

    /// Opens a file of gray images, of whatever origin.
    ///
    /// - Throws: ``DatasetError`` of code `fileNotFound`, `unreadableFile`, `unsupportedFormat`, or
    ///   `malformedFile` if it is no file of images, or a plain one of another length than it says.
    public init(_ path: String) throws {
        let reader = try IDXReader(path)
        let imageShape = try reader.header.imageShape()
        let count = reader.header.dimensions[0]
        if count == 0 { try reader.checkEnd() }
        self.count = count
        self.imageShape = imageShape
        self.reader = reader
        left = count
    }

    /// The pixels of the next images, at most `maximumCount` of them, one image after the other;
    /// none at the end.
    ///
    /// - Throws: ``DatasetError`` of code `malformedFile` where the file ends before it should, or
    ///   goes on behind the last image; `unreadableFile` where it is damaged.
    public mutating func next(_ maximumCount: Int) throws -> [UInt8] {
        let count = min(max(0, maximumCount), left)
        guard count > 0 else { return [] }
        let pixels = try reader.read(count * imageShape.elementCount)
        left -= count
        if left == 0 { try reader.checkEnd() }
        return pixels
    }
}
