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
    /// - Parameters:
    ///   - contents: where it is.
    ///   - decodes: whether it is decoded as well, which finds damage in its middle.
    ///   - known: files that were decoded before.
    static func inspect(
        _ path: String, in contents: ImageContents, decodes: Bool, known: Set<FileFingerprint>,
        limits: ImageFolder.Limits
    ) -> Finding {
        do {
            let ends = try contents.ends(
                of: path, startByteCount: startByteCount,
                endByteCount: FileFingerprint.endByteCount)
            guard let format = ImageFormat(of: ends.start) else {
                return ImageFormat.isEnding(of: path) ? .damaged(foreign(ends.start)) : .other
            }
            guard ends.byteCount <= limits.fileByteCount else {
                return .damaged(
                    "has \(ends.byteCount) bytes; at most \(limits.fileByteCount) are read")
            }
            func whole() throws -> EncodedImage {
                try EncodedImage(contents.bytes(of: path, limit: limits.fileByteCount))
            }
            let image = try header(of: ends.start, ends.byteCount, else: whole)
            try image.checkSize(pixelLimit: limits.pixelCount)
            let fingerprint = FileFingerprint(
                byteCount: ends.byteCount, start: ends.start, end: ends.end)
            let isWhole =
                known.contains(fingerprint)
                || !decodes
                    && format.isCertainlyWhole(byteCount: ends.byteCount, ends.start, ends.end)
            return .image(
                ImageInspection(
                    byteCount: ends.byteCount, format: format, header: image.header,
                    fingerprint: fingerprint,
                    look: isWhole
                        ? nil : try PictureHash(of: whole(), pixelLimit: limits.pixelCount)))
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
    private static func header(
        of start: [UInt8], _ byteCount: Int, else whole: () throws -> EncodedImage
    ) throws -> EncodedImage {
        guard start.count < byteCount else { return try EncodedImage(start) }
        if let image = try? EncodedImage(start) { return image }
        return try whole()
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
