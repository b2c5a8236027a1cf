import CImageCodecs

/// A part of a PNG file: what kind it is, and where its data are.
struct PNGChunk {
    /// Those that do not change pixels, besides what the image is made of. Of all colour spaces only
    /// the usual one is among them.
    enum Kind: UInt32 {
        /// `IHDR`
        case header = 0x4948_4452
        /// `IDAT`
        case data = 0x4944_4154
        /// `IEND`
        case end = 0x4945_4E44
        /// `sRGB`
        case colorSpace = 0x7352_4742
        /// `pHYs`
        case density = 0x7048_5973
        /// `tEXt`
        case text = 0x7445_5874
        /// `tIME`
        case time = 0x7449_4D45
    }

    let kind: Kind
    let data: Range<Int>
    /// Where the next one begins.
    var end: Int { data.upperBound + 4 }

    /// The chunk at a position, or `nil` where the file ends before it does, it is of another kind or
    /// longer than anything plain, or its checksum is wrong.
    init?(in file: Span<UInt8>, at position: Int) {
        guard position <= file.count - 12,
            case let length = Self.number(in: file, at: position), length <= Self.longest,
            length <= file.count - position - 12,
            let kind = Kind(rawValue: UInt32(Self.number(in: file, at: position + 4)))
        else { return nil }
        self.kind = kind
        data = position + 8..<position + 8 + length
        guard
            Self.checksum(of: file.extracting(position + 4..<data.upperBound))
                == Self.number(in: file, at: data.upperBound)
        else { return nil }
    }

    private static let longest = 1 << 20

    /// A big-endian number of four bytes.
    static func number(in file: Span<UInt8>, at position: Int) -> Int {
        Int(file[position]) << 24 | Int(file[position + 1]) << 16 | Int(file[position + 2]) << 8
            | Int(file[position + 3])
    }

    private static func checksum(of bytes: Span<UInt8>) -> Int {
        bytes.withUnsafeBufferPointer {
            // Safety: zlib reads the bytes within this call only.
            Int(crc32_z(0, $0.baseAddress, $0.count))
        }
    }
}
