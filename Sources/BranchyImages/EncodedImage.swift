/// A PNG, JPEG, WebP or BMP file in memory, whose size and colour type are known before it is decoded.
///
///     let image = try EncodedImage(contents)
///     let pixels = try image.pixels(for: network.inputShape, geometry: ImageGeometry(resize: 256))
///
/// Pixels are what Pillow's `exif_transpose` and then `convert("RGB")` or `convert("L")` give:
///
/// - The picture is set upright, as its Exif data say (JPEG, PNG and WebP). Pillow, and so
///   torchvision's loader of image folders, does not do that unless it is asked to.
/// - Alpha is dropped, or laid over a colour. Gray is the ITU-R 601 luma.
/// - JPEG files for print (CMYK) are taken for inverted, as Adobe writes them, and their inks for
///   pure ones.
/// - Of 16 bits per channel the upper 8 are kept. So does Pillow, but for gray, where it cuts off
///   whatever is above 255.
/// - No gamma and no colour profile is applied, whatever a file states.
public struct EncodedImage: Hashable, Sendable {
    /// What the file is.
    public let format: ImageFormat
    /// Its size, set upright, and colour type.
    public let header: ImageHeader
    /// How the picture lies in the file. Sizes and pixels here are those of the upright picture.
    public let orientation: ImageOrientation
    /// The bytes of the file.
    let contents: [UInt8]
    /// Whether it is a JPEG file of four inks.
    let isForPrint: Bool
    /// Whether decoding takes memory for the whole picture at any scale.
    let keepsCoefficients: Bool

    /// So many pixels an image may have at most unless more are allowed: 64 megapixels (2²⁶), which
    /// photographs of 48 and 50 megapixels have not, and which take 256 MiB.
    public static let usualPixelLimit = 1 << 26
    /// More is refused whatever is allowed, so that sizes in bytes cannot overflow.
    static let largestPixelCount = 1 << 30
    /// Nor may a side be longer: what libpng allows.
    private static let largestSide = 1_000_000

    /// Looks at a file's first bytes and reads its header. Nothing of the image's size is allocated.
    ///
    /// - Throws: ``ImageError`` of code `unsupportedFormat` where it is neither PNG, JPEG, WebP nor
    ///   BMP, or a kind of these that is not read: WebP files that move, compressed BMP files;
    ///   `malformed` where the header is damaged; `limitExceeded` above 2³⁰ pixels, or a million a
    ///   side.
    public init(_ contents: [UInt8]) throws(ImageError) {
        guard let format = ImageFormat(of: contents) else {
            throw ImageError(
                .unsupportedFormat, "is not an image that can be read",
                expected: ImageFormat.names,
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
        let stored: ImageHeader
        var (isForPrint, keepsCoefficients) = (false, false)
        switch format {
        case .png:
            stored = try Self.headerOfPNG(contents)
            orientation = Self.orientationOfPNG(contents)
        case .jpeg:
            (stored, isForPrint) = try Self.headerOfJPEG(contents)
            let markers = JPEGMarkers(contents)
            orientation = markers.orientation
            keepsCoefficients = markers.keepsCoefficients
        case .webp:
            stored = try Self.headerOfWebP(contents)
            orientation = Self.orientationOfWebP(contents)
        case .bmp:
            stored = try Self.headerOfBMP(contents)
            orientation = .up
        }
        // Whoever asks for its shape relies on sizes that make one.
        try Self.check(width: stored.width, height: stored.height, limit: Self.largestPixelCount)
        header = orientation.exchangesSides ? stored.withSidesExchanged : stored
        self.contents = contents
        self.format = format
        (self.isForPrint, self.keepsCoefficients) = (isForPrint, keepsCoefficients)
    }

    /// Size and colour type as the picture lies in the file.
    var storedHeader: ImageHeader {
        orientation.exchangesSides ? header.withSidesExchanged : header
    }

    /// Requires that the image is not too large.
    ///
    /// - Throws: ``ImageError`` of code `limitExceeded`.
    package func checkSize(pixelLimit: Int) throws(ImageError) {
        try Self.check(width: header.width, height: header.height, limit: pixelLimit)
    }

    static func check(width: Int, height: Int, limit: Int) throws(ImageError) {
        guard width > 0, height > 0 else {
            throw ImageError(.malformed, "is damaged or incomplete (no size is in it)")
        }
        guard max(width, height) <= largestSide else {
            throw ImageError(
                .limitExceeded, "is too large", expected: "at most \(largestSide) pixels a side",
                found: "\(width) x \(height) of them")
        }
        // Divided rather than multiplied: sizes from a file cannot overflow this.
        let limit = min(limit, largestPixelCount)
        guard width <= limit / height else {
            throw ImageError(
                .limitExceeded, "is too large", expected: "at most \(limit) pixels",
                found: "\(width) x \(height) of them")
        }
    }

    static func damaged(_ reason: UnsafePointer<CChar>?) -> ImageError {
        damaged(reason.map { String(cString: $0) } ?? "unknown reason")
    }

    static func damaged(_ reason: String) -> ImageError {
        ImageError(.malformed, "is damaged or incomplete (\(reason))")
    }

    /// Two digits for each byte.
    private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
