/// The formats that are read, told by a file's first bytes and not by its name.
public enum ImageFormat: CaseIterable, Hashable, Sendable {
    /// Portable Network Graphics (RFC 2083).
    case png
    /// JPEG, as cameras write it (ISO/IEC 10918-1).
    case jpeg

    /// As many bytes of a file as tell its format.
    public static let signatureByteCount = 8

    private var signature: [UInt8] {
        switch self {
        case .png: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        case .jpeg: [0xFF, 0xD8, 0xFF]
        }
    }

    /// The format of a file that begins with some bytes, or `nil` where it is none of these.
    ///
    /// - Parameter start: the file's first ``signatureByteCount`` bytes, or more of it.
    public init?(of start: some Sequence<UInt8>) {
        guard let format = Self.allCases.first(where: { start.starts(with: $0.signature) }) else {
            return nil
        }
        self = format
    }
}
