public import Compute

/// Decodes PNG and JPEG files into the bytes that networks are fed from.
///
/// Which of the two a file is, its first bytes tell. The result follows what Pillow's
/// `convert("RGB")` and `convert("L")` give, which most image sets were prepared with: an alpha
/// channel is dropped, gray is the ITU-R 601 luma, a stored orientation is not applied. Unlike
/// Pillow, it reduces 16 bits per channel to 8 and applies the gamma that a PNG file may state.
public struct ImageDecoder: Hashable, Sendable {
    /// Which channels are decoded, whatever the file has.
    public enum Channels: Hashable, Sendable {
        /// One channel of brightness.
        case gray
        /// Red, green and blue.
        case rgb
    }

    /// Which channels are decoded.
    public var channels: Channels
    /// How many pixels an image may have; more are refused before memory is taken for them.
    public var maximumPixelCount: Int

    /// More is refused whatever the caller allows, so that sizes in bytes cannot overflow.
    private static let largestPixelCount = 1 << 30

    /// A decoder that refuses images of more than 16 megapixels, unless told otherwise.
    public init(channels: Channels, maximumPixelCount: Int = 1 << 24) {
        self.channels = channels
        self.maximumPixelCount = maximumPixelCount
    }

    /// Decodes the contents of a file.
    ///
    /// - Parameters:
    ///   - contents: the bytes of the file.
    ///   - name: what errors call the file, usually its path.
    /// - Throws: ``DatasetError`` of code `unsupportedFormat` if it is not a PNG or JPEG file, or
    ///   a CMYK one; `limitExceeded` if it has too many pixels; `malformedFile` if it is damaged
    ///   or incomplete.
    public func decode(_ contents: [UInt8], name: String) throws -> DecodedImage {
        let raster =
            switch contents {
            case _ where contents.starts(with: Self.pngSignature):
                try decodePNG(contents, name: name)
            case _ where contents.starts(with: Self.jpegSignature):
                try decodeJPEG(contents, name: name)
            default:
                throw Self.unknownFormat(contents, name: name)
            }
        return DecodedImage(raster, channels: channels)
    }

    private static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    private static let jpegSignature: [UInt8] = [0xFF, 0xD8, 0xFF]

    private static func unknownFormat(_ contents: [UInt8], name: String) -> DatasetError {
        let start = contents.prefix(4).map(ContentChecksum.hexadecimal).joined()
        return DatasetError(
            .unsupportedFormat, file: name, "is not an image that can be read",
            expected: "PNG or JPEG",
            found: contents.isEmpty ? "an empty file" : "a file that starts with \(start)")
    }

    func check(width: Int, height: Int, name: String) throws {
        guard width > 0, height > 0 else {
            throw DatasetError(
                .malformedFile, file: name, "is damaged or incomplete (no size is in it)")
        }
        let limit = min(maximumPixelCount, Self.largestPixelCount)
        // Divided rather than multiplied: sizes from a file cannot overflow this.
        guard width <= limit / height else {
            throw DatasetError(
                .limitExceeded, file: name, "is too large",
                expected: "at most \(limit) pixels",
                found: "\(width) x \(height) of them")
        }
    }

    static func damaged(_ name: String, _ reason: UnsafePointer<CChar>?) -> DatasetError {
        let reason = reason.map { String(cString: $0) } ?? "unknown reason"
        return DatasetError(
            .malformedFile, file: name, "is damaged or incomplete (\(reason))")
    }
}

/// What the libraries decode to: red, green, blue and perhaps more of one pixel, then the next.
struct InterleavedRaster {
    let width: Int
    let height: Int
    let bytesPerPixel: Int
    let bytes: [UInt8]
}

/// The pixels of one image file.
public struct DecodedImage: Hashable, Sendable {
    /// `[1, height, width]` or `[3, height, width]`.
    public let shape: Shape
    /// The pixels, channel by channel and row by row.
    public let pixels: [UInt8]

    init(_ raster: InterleavedRaster, channels: ImageDecoder.Channels) {
        let starts = stride(from: 0, to: raster.bytes.count, by: raster.bytesPerPixel)
        switch channels {
        case .gray:
            shape = [1, raster.height, raster.width]
            pixels = starts.map { Self.luma(of: raster.bytes[$0..<$0 + 3]) }
        case .rgb:
            shape = [3, raster.height, raster.width]
            pixels = (0..<3).flatMap { channel in starts.map { raster.bytes[$0 + channel] } }
        }
    }

    /// ITU-R 601 luma in 16 bits of fraction, rounded: Pillow's numbers. Gray stays as it is,
    /// because the weights sum to 1.
    private static func luma(of pixel: ArraySlice<UInt8>) -> UInt8 {
        let weights: (Int, Int, Int) = (19595, 38470, 7471)
        let first = pixel.startIndex
        let sum =
            Int(pixel[first]) * weights.0 + Int(pixel[first + 1]) * weights.1
            + Int(pixel[first + 2]) * weights.2
        return UInt8((sum + 0x8000) >> 16)
    }
}
