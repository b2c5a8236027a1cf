import BranchyImages

/// What a file is that people take for a picture or a set of them, and that is not read here.
enum ForeignFile: CaseIterable {
    case gif, webp, bmp, tiff, heic, avif, pdf, svg, html, zip

    /// As many bytes of a file as tell what it is.
    static let signatureByteCount = 256

    /// What a file is that begins with some bytes; `nil` where it is none of these.
    init?(of start: [UInt8]) {
        guard let kind = Self.allCases.first(where: { $0.begins(start) }) else { return nil }
        self = kind
    }

    /// What it is called in messages.
    var title: String {
        switch self {
        case .gif: "a GIF picture"
        case .webp: "a WebP picture"
        case .bmp: "a BMP picture"
        case .tiff: "a TIFF picture"
        case .heic: "a HEIC picture"
        case .avif: "an AVIF picture"
        case .pdf: "a PDF document"
        case .svg: "an SVG drawing"
        case .html: "a web page (HTML), perhaps what a server said instead of the file"
        case .zip: "a ZIP archive"
        }
    }

    /// What may be given instead.
    static var expected: String {
        let formats = ImageFormat.allCases.map { "\($0)".uppercased() }
        return "a picture in \(formats.joined(separator: ", ")), or an IDX file of images"
    }

    private func begins(_ start: [UInt8]) -> Bool {
        switch self {
        case .gif: Self.has("GIF8", at: 0, in: start)
        case .webp: Self.has("RIFF", at: 0, in: start) && Self.has("WEBP", at: 8, in: start)
        // Two letters alone would be those of many a text.
        case .bmp:
            Self.has("BM", at: 0, in: start) && Self.has("\0\0\0\0", at: 6, in: start)
        case .tiff:
            Self.has("II*\0", at: 0, in: start) || Self.has("MM\0*", at: 0, in: start)
        case .heic: Self.isMedia(["heic", "heix", "hevc", "mif1", "msf1"], start)
        case .avif: Self.isMedia(["avif", "avis"], start)
        case .pdf: Self.has("%PDF-", at: 0, in: start)
        case .svg: Self.text(start).contains("<svg")
        case .html:
            ["<!doctype html", "<html"].contains { Self.text(start).hasPrefix($0) }
        case .zip: Self.has("PK\u{3}\u{4}", at: 0, in: start)
        }
    }

    private static func has(_ letters: String, at place: Int, in start: [UInt8]) -> Bool {
        start.dropFirst(place).starts(with: letters.utf8)
    }

    /// Whether it is a file of ISO base media of one of some brands.
    private static func isMedia(_ brands: [String], _ start: [UInt8]) -> Bool {
        has("ftyp", at: 4, in: start) && brands.contains { has($0, at: 8, in: start) }
    }

    /// The letters of a text's beginning, small, without what may stand in front of them.
    private static func text(_ start: [UInt8]) -> String {
        let text = String(decoding: start, as: UTF8.self).lowercased()
        return String(text.drop { $0.isWhitespace || $0 == "\u{FEFF}" })
    }
}
