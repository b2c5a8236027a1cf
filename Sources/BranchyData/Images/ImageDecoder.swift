import BranchyChecksum
public import BranchyCompute

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

        /// 1 or 3.
        public var count: Int { self == .gray ? 1 : 3 }
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
            switch try Format(of: contents, name: name) {
            case .png: try decodePNG(contents, name: name)
            case .jpeg: try decodeJPEG(contents, name: name)
            }
        return DecodedImage(raster, channels: channels)
    }

    /// Size and colour type of a file, before anything of its size is decoded or allocated.
    ///
    /// - Throws: ``DatasetError``, see ``decode(_:name:)``; of code `limitExceeded` above 2³⁰ pixels.
    public static func header(of contents: [UInt8], name: String) throws -> ImageHeader {
        let header =
            switch try Format(of: contents, name: name) {
            case .png: try headerOfPNG(contents, name: name)
            case .jpeg: try headerOfJPEG(contents, name: name)
            }
        // Whoever asks for its shape relies on sizes that make one.
        try ImageDecoder(channels: header.channels, maximumPixelCount: largestPixelCount)
            .check(width: header.width, height: header.height, name: name)
        return header
    }

    /// Whether a file's first bytes are those of a PNG or JPEG file.
    public static func isImage(_ contents: some Sequence<UInt8>) -> Bool {
        Format(of: contents) != nil
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

/// Size and colour type of an image file.
public struct ImageHeader: Hashable, Sendable, CustomStringConvertible {
    /// Pixels in a row.
    public let width: Int
    /// Rows of pixels.
    public let height: Int
    /// Which channels the file has; alpha does not count.
    public let channels: ImageDecoder.Channels

    /// The shape that the image is decoded to: `[1, height, width]` or `[3, height, width]`.
    public var shape: Shape { [channels.count, height, width] }

    /// Such as `32 x 32 pixels in RGB`.
    public var description: String {
        "\(width) x \(height) pixels in \(channels == .gray ? "gray" : "RGB")"
    }
}

/// The formats that are read, told by their first bytes.
private enum Format: CaseIterable {
    case png
    case jpeg

    private var signature: [UInt8] {
        switch self {
        case .png: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        case .jpeg: [0xFF, 0xD8, 0xFF]
        }
    }

    init?(of contents: some Sequence<UInt8>) {
        guard let format = Self.allCases.first(where: { contents.starts(with: $0.signature) })
        else { return nil }
        self = format
    }

    init(of contents: [UInt8], name: String) throws {
        guard let format = Format(of: contents) else {
            let start = Checksum.hexadecimal(contents.prefix(4))
            throw DatasetError(
                .unsupportedFormat, file: name, "is not an image that can be read",
                expected: "PNG or JPEG",
                found: contents.isEmpty ? "an empty file" : "a file that starts with \(start)")
        }
        self = format
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
        switch channels {
        case .gray:
            shape = [1, raster.height, raster.width]
            pixels = stride(from: 0, to: raster.bytes.count, by: raster.bytesPerPixel).map {
                Self.luma(of: raster.bytes[$0..<$0 + 3])
            }
        case .rgb:
            shape = [3, raster.height, raster.width]
            pixels = Self.planes(of: raster)
        }
    }

    private static func planes(of raster: InterleavedRaster) -> [UInt8] {
        let area = raster.width * raster.height
        var planes = [UInt8](repeating: 0, count: 3 * area)
        for pixel in 0..<area {
            let start = pixel * raster.bytesPerPixel
            for channel in 0..<3 { planes[channel * area + pixel] = raster.bytes[start + channel] }
        }
        return planes
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
