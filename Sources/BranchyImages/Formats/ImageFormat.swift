/// The formats that are read, told by a file's first bytes and not by its name.
public enum ImageFormat: CaseIterable, Hashable, Sendable {
    /// Portable Network Graphics (RFC 2083).
    case png
    /// JPEG, as cameras write it (ISO/IEC 10918-1).
    case jpeg
    /// WebP, with or without loss (RFC 9649); pictures that do not move.
    case webp
    /// Windows bitmaps, not compressed.
    case bmp

    /// What people call it.
    public var name: String {
        switch self {
        case .png: "PNG"
        case .jpeg: "JPEG"
        case .webp: "WebP"
        case .bmp: "BMP"
        }
    }

    private static let endings = [".png", ".jpg", ".jpeg", ".webp", ".bmp"].map { Array($0.utf8) }

    /// What endings of names say that a file is one of these, for messages.
    package static let endingNames = ".png, .jpg, .jpeg, .webp or .bmp"

    /// Whether a file is named like one of these, whatever it is.
    package static func isEnding(of name: String) -> Bool {
        // By bytes: a folder may have very many names.
        endings.contains { ending in
            name.utf8.suffix(ending.count).elementsEqual(ending) { byte, small in
                byte == small
                    || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte && byte | 0x20 == small
            }
        }
    }

    /// As many bytes of a file as tell its format.
    public static let signatureByteCount = 18

    /// What errors call all of them.
    static let names = "PNG, JPEG, WebP or BMP"

    static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    private static let jpegSignature: [UInt8] = [0xFF, 0xD8, 0xFF]
    private static let riffSignature = Array("RIFF".utf8)
    private static let webpSignature = Array("WEBP".utf8)
    private static let bmpSignature = Array("BM".utf8)

    /// Whether a file begins as files of this format do.
    private func begins(_ start: FileStart) -> Bool {
        switch self {
        case .png: start.has(Self.pngSignature, at: 0)
        case .jpeg: start.has(Self.jpegSignature, at: 0)
        case .webp: start.has(Self.riffSignature, at: 0) && start.has(Self.webpSignature, at: 8)
        // Two letters begin many a text: the length of what follows tells more.
        case .bmp:
            start.has(Self.bmpSignature, at: 0) && BMPHeader.lengths.contains(start.number(at: 14))
        }
    }

    /// The format of a file that begins with some bytes, or `nil` where it is none of these.
    ///
    /// - Parameter start: the file's first ``signatureByteCount`` bytes, or more of it.
    public init?(of start: some Sequence<UInt8>) {
        let start = FileStart(start)
        guard let format = Self.allCases.first(where: { $0.begins(start) }) else { return nil }
        self = format
    }
}

/// The first bytes of a file, kept without memory of their own; zeros where it ends before.
private struct FileStart {
    private var bytes = SIMD32<UInt8>()

    init(_ start: some Sequence<UInt8>) {
        for (place, byte) in start.prefix(ImageFormat.signatureByteCount).enumerated() {
            bytes[place] = byte
        }
    }

    func has(_ expected: [UInt8], at offset: Int) -> Bool {
        expected.indices.allSatisfy { bytes[offset + $0] == expected[$0] }
    }

    /// A little-endian number of four bytes.
    func number(at offset: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }
}
