/// A PNG or JPEG file in memory, whose size and colour type are known before it is decoded.
///
///     let image = try EncodedImage(contents)
///     guard image.header.shape == network.inputShape else { ... }
///     let pixels = try image.decoded().pixels
///
/// Pixels follow what Pillow's `convert("RGB")` and `convert("L")` give, which most image sets were
/// prepared with: an alpha channel is dropped, gray is the ITU-R 601 luma, a stored orientation is
/// not applied. Unlike Pillow, 16 bits per channel are reduced to 8, and the gamma that a PNG file
/// may state is applied.
public struct EncodedImage: Hashable, Sendable {
    /// What the file is.
    public let format: ImageFormat
    /// Its size and colour type.
    public let header: ImageHeader
    /// The bytes of the file.
    let contents: [UInt8]

    /// So many pixels an image may have at most unless more are allowed: 16 megapixels.
    public static let usualPixelLimit = 1 << 24
    /// More is refused whatever is allowed, so that sizes in bytes cannot overflow.
    private static let largestPixelCount = 1 << 30

    /// Looks at a file's first bytes and reads its header. Nothing of the image's size is allocated.
    ///
    /// - Throws: ``ImageError`` of code `unsupportedFormat` where it is neither PNG nor JPEG, or a
    ///   JPEG file for print (CMYK); `malformed` where the header is damaged; `limitExceeded` above
    ///   2³⁰ pixels.
    public init(_ contents: [UInt8]) throws(ImageError) {
        guard let format = ImageFormat(of: contents) else {
            throw ImageError(
                .unsupportedFormat, "is not an image that can be read", expected: "PNG or JPEG",
                found: contents.isEmpty
                    ? "an empty file"
                    : "a file that starts with \(Self.hexadecimal(contents.prefix(4)))")
        }
        try self.init(contents, format)
    }

    /// Reads the header of a file whose first bytes were looked at before.
    ///
    /// - Throws: as ``init(_:)``.
    package init(_ contents: [UInt8], _ format: ImageFormat) throws(ImageError) {
        let header =
            switch format {
            case .png: try Self.headerOfPNG(contents)
            case .jpeg: try Self.headerOfJPEG(contents)
            }
        // Whoever asks for its shape relies on sizes that make one.
        try Self.check(width: header.width, height: header.height, limit: Self.largestPixelCount)
        self.contents = contents
        self.format = format
        self.header = header
    }

    /// Decodes the image.
    ///
    /// - Parameters:
    ///   - channels: what it is decoded to; without it, to the channels that the file has.
    ///   - pixelLimit: how many pixels it may have; more are refused before memory is taken for
    ///     them, and above 2³⁰ whatever is allowed.
    /// - Throws: ``ImageError`` of code `limitExceeded` if it has too many pixels, `malformed` if it
    ///   is damaged or incomplete.
    public func decoded(
        to channels: ImageChannels? = nil, pixelLimit: Int = usualPixelLimit
    ) throws(ImageError) -> DecodedImage {
        try checkSize(pixelLimit: pixelLimit)
        let raster =
            switch format {
            case .png: try decodePNG()
            case .jpeg: try decodeJPEG()
            }
        return DecodedImage(raster, channels: channels ?? header.channels)
    }

    /// Requires that the image is not too large.
    ///
    /// - Throws: ``ImageError`` of code `limitExceeded`.
    package func checkSize(pixelLimit: Int) throws(ImageError) {
        try Self.check(
            width: header.width, height: header.height,
            limit: min(pixelLimit, Self.largestPixelCount))
    }

    private static func check(width: Int, height: Int, limit: Int) throws(ImageError) {
        guard width > 0, height > 0 else {
            throw ImageError(.malformed, "is damaged or incomplete (no size is in it)")
        }
        // Divided rather than multiplied: sizes from a file cannot overflow this.
        guard width <= limit / height else {
            throw ImageError(
                .limitExceeded, "is too large", expected: "at most \(limit) pixels",
                found: "\(width) x \(height) of them")
        }
    }

    static func damaged(_ reason: UnsafePointer<CChar>?) -> ImageError {
        let reason = reason.map { String(cString: $0) } ?? "unknown reason"
        return ImageError(.malformed, "is damaged or incomplete (\(reason))")
    }

    /// Two digits for each byte.
    private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
