import BranchyCompute
import BranchyImages
import BranchyNet

/// Reads one small picture after the other into memory that is used again.
struct PictureReader: ~Copyable {
    private let input: ImageInput
    private var decoder: PlainPNGDecoder?
    private var contents = [UInt8](repeating: 0, count: 1 << 16)
    private var pixels: [UInt8]

    /// - Parameter input: what every picture has to become.
    init(_ input: ImageInput) {
        self.input = input
        decoder = input.geometry == nil ? PlainPNGDecoder(shape: input.shape) : nil
        pixels = [UInt8](repeating: 0, count: input.shape.elementCount)
    }

    /// The pixels of a picture; without allocation where it is a plain PNG and those that
    /// were read before are not used any more.
    ///
    /// - Returns: `nil` where the file is no small picture, or there is none that can be read: see
    ///   ``ImageFile/open(_:as:limit:)``.
    /// - Throws: `DatasetError` where the picture is damaged, `NetworkError` where it has another
    ///   shape.
    mutating func read(_ path: String) throws -> [UInt8]? {
        guard let count = AtomicFile.read(path, into: &contents) else { return nil }
        let start = contents[..<min(count, ImageFormat.signatureByteCount)]
        guard let format = ImageFormat(of: start) else { return nil }
        if format == .png, decodePlainPNG(of: count) { return pixels }
        return try ImageFile.pixels(
            ofPicture: Array(contents.prefix(count)), format, path, as: input)
    }

    private mutating func decodePlainPNG(of count: Int) -> Bool {
        let contents = contents
        return decoder?.decode(contents.span.extracting(0..<count), into: &pixels) ?? false
    }
}
