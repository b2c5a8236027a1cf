/// Reads how a picture lies in its file from the Exif data of a JPEG, PNG or WebP file.
///
/// Whatever is damaged, missing or no orientation means that it lies upright: a picture is decoded
/// whatever is wrong with what is said about it.
enum ExifOrientation {
    private static let tag = 0x0112
    /// What stands before the data in JPEG files, and in some WebP files.
    static let prefix = Array("Exif\0\0".utf8)

    /// The orientation that Exif data state: a TIFF file of their own, with or without the prefix.
    static func orientation(in data: FilePart) -> ImageOrientation {
        var exif = data.has(prefix, at: 0) ? data.part(from: prefix.count) : data
        if exif.has([0x49, 0x49, 0x2A, 0], at: 0) {
            exif.isBigEndian = false
        } else if exif.has([0x4D, 0x4D, 0, 0x2A], at: 0) {
            exif.isBigEndian = true
        } else {
            return .up
        }
        guard let start = exif.number(at: 4, byteCount: 4),
            let count = exif.number(at: start, byteCount: 2)
        else { return .up }
        for entry in 0..<count {
            let place = start + 2 + 12 * entry
            // Entries that are not there any more end the search, not only the one.
            guard let tag = exif.number(at: place, byteCount: 2) else { return .up }
            if tag == Self.tag { return value(of: exif, at: place) }
        }
        return .up
    }

    private static func value(of exif: FilePart, at entry: Int) -> ImageOrientation {
        // Bytes (1), or numbers of two (3) or four (4) of them; short ones stand first in their
        // field.
        let byteCount: Int
        switch exif.number(at: entry + 2, byteCount: 2) {
        case 1: byteCount = 1
        case 3: byteCount = 2
        case 4: byteCount = 4
        default: return .up
        }
        return exif.number(at: entry + 8, byteCount: byteCount).flatMap(ImageOrientation.init)
            ?? .up
    }
}
