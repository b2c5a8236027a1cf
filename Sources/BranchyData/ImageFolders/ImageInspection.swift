import BranchyImages
import BranchyNet

/// What an image file says of itself, found without decoding it.
struct ImageInspection: Sendable {
    /// Enough for the header of nearly every picture; the whole file is read where it is not.
    private static let startByteCount = 1 << 16

    let byteCount: Int
    let format: ImageFormat
    let header: ImageHeader
    let fingerprint: FileFingerprint
    /// Where it was decoded, what its picture looks like.
    let look: PictureHash?

    /// What looking at a file comes to.
    enum Finding: Sendable {
        case image(ImageInspection)
        case damaged(String)
        /// It is no image, and does not pretend to be one.
        case other
    }

    /// Looks at a file.
    ///
    /// - Parameter decodes: whether it is decoded as well, which finds damage in its middle.
    static func inspect(
        _ path: String, decodes: Bool, limits: ImageFolder.Limits
    ) -> Finding {
        do {
            let ends = try AtomicFile.ends(
                of: path, startByteCount: startByteCount,
                endByteCount: FileFingerprint.endByteCount)
            guard let format = ImageFormat(of: ends.start) else {
                return ImageFormat.isEnding(of: path) ? .damaged(foreign(ends.start)) : .other
            }
            guard ends.byteCount <= limits.fileByteCount else {
                return .damaged(
                    "has \(ends.byteCount) bytes; at most \(limits.fileByteCount) are read")
            }
            let image = try encoded(path, format, ends.start, ends.byteCount, limits)
            try image.checkSize(pixelLimit: limits.pixelCount)
            var look: PictureHash?
            if decodes || !format.isCertainlyWhole(byteCount: ends.byteCount, ends.start, ends.end)
            {
                look = try PictureHash(
                    of: EncodedImage(AtomicFile.read(path, limit: limits.fileByteCount)),
                    pixelLimit: limits.pixelCount)
            }
            return .image(
                ImageInspection(
                    byteCount: ends.byteCount, format: format, header: image.header,
                    fingerprint: FileFingerprint(
                        byteCount: ends.byteCount, start: ends.start, end: ends.end),
                    look: look))
        } catch let error as ImageError {
            return .damaged(error.message)
        } catch let error as ModelError {
            guard ImageFormat.isEnding(of: path) else { return .other }
            return .damaged(
                error.code == .missingFile ? "is not there" : "cannot be read (\(error.message))")
        } catch {
            return .damaged("\(error)")
        }
    }

    /// The header of a file whose first bytes were read, of all its bytes if they do not suffice.
    private static func encoded(
        _ path: String, _ format: ImageFormat, _ start: [UInt8], _ byteCount: Int,
        _ limits: ImageFolder.Limits
    ) throws -> EncodedImage {
        guard start.count < byteCount else { return try EncodedImage(start) }
        if let image = try? EncodedImage(start) { return image }
        return try EncodedImage(AtomicFile.read(path, limit: limits.fileByteCount))
    }

    private static func foreign(_ start: [UInt8]) -> String {
        start.isEmpty ? "is empty" : "is no image, whatever its name says"
    }
}

extension ImageFormat {
    /// Whether a file's end shows that nothing is missing of it; where it does not, only decoding
    /// tells, since cameras write further data behind a picture.
    fileprivate func isCertainlyWhole(byteCount: Int, _ start: [UInt8], _ end: [UInt8]) -> Bool {
        switch self {
        case .jpeg: end.suffix(2) == [0xFF, 0xD9]
        case .png: end.suffix(8).prefix(4) == [0x49, 0x45, 0x4E, 0x44]
        // Its header says how many bytes follow the first eight.
        case .webp:
            byteCount >= 8 + (0..<4).reduce(0) { $0 | Int(start[4 + $1]) << (8 * $1) }
        case .bmp: false
        }
    }
}
