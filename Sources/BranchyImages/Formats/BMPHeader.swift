/// What stands before the pixels of a Windows bitmap.
///
/// No library that is small or linked anyway reads these soundly: TurboJPEG reads them from named
/// files only, and takes memory for the size that a header claims. They are simple enough to be read
/// here: pixels of 1, 4, 8, 16, 24 or 32 bits, not compressed.
struct BMPHeader {
    /// How long the second part of a header may be; each length is a version.
    static let lengths: Set<Int> = [12, 40, 52, 56, 64, 108, 124]

    let width: Int
    let height: Int
    /// Whether the first row in the file is the uppermost.
    let isTopFirst: Bool
    let bitsPerPixel: Int
    /// Where the pixels begin.
    let start: Int
    /// Red, green and blue for each number; empty where pixels are colours.
    let palette: [[UInt8]]
    /// Where the bits of red, green, blue and alpha are, if pixels have 16 or 32 bits.
    let masks: [Int]

    /// Whether each colour is a gray.
    var isGray: Bool {
        !palette.isEmpty && palette.allSatisfy { $0[0] == $0[1] && $0[1] == $0[2] }
    }

    /// How many bytes a row takes; rows fill up units of four.
    var rowByteCount: Int { (width * bitsPerPixel + 31) / 32 * 4 }

    init(_ contents: [UInt8]) throws(ImageError) {
        let file = FilePart(contents, isBigEndian: false)
        guard let start = file.number(at: 10, byteCount: 4),
            let length = file.number(at: 14, byteCount: 4), length <= file.count - 14
        else { throw Self.damaged }
        let fields = file.part(from: 14, byteCount: length)
        let isOld = length == 12
        guard let width = fields.number(at: 4, byteCount: isOld ? 2 : 4),
            let rows = fields.number(at: isOld ? 6 : 8, byteCount: isOld ? 2 : 4),
            let bits = fields.number(at: isOld ? 10 : 14, byteCount: 2)
        else { throw Self.damaged }
        self.width = width
        // Signed: below 0, the first row is the uppermost.
        isTopFirst = !isOld && rows >= 1 << 31
        height = isTopFirst ? 1 << 32 - rows : rows
        bitsPerPixel = bits
        self.start = start
        let compression = isOld ? 0 : fields.number(at: 16, byteCount: 4) ?? 0
        try Self.check(compression: compression, bits: bits)
        masks = try Self.masks(file, length: length, compression: compression, bits: bits)
        palette = bits > 8 ? [] : try Self.palette(file, length: length, bits: bits)
    }

    static var damaged: ImageError { ImageError(.malformed, "is damaged or incomplete") }

    private static func check(compression: Int, bits: Int) throws(ImageError) {
        // 0 is none; 3 and 6 are none either, but say where each colour is.
        let isPlain =
            compression == 0
            ? [1, 4, 8, 16, 24, 32].contains(bits)
            : [3, 6].contains(compression) && [16, 32].contains(bits)
        guard isPlain else {
            throw ImageError(
                .unsupportedFormat, "is a BMP file of a kind that is not read",
                expected: "1, 4, 8, 16, 24 or 32 bits per pixel, not compressed",
                found: "\(bits) bits in compression \(compression)", remedy: "Save it as PNG")
        }
    }

    private static func masks(
        _ file: FilePart, length: Int, compression: Int, bits: Int
    ) throws(ImageError) -> [Int] {
        guard compression != 0 else {
            return bits == 16 ? [0x7C00, 0x3E0, 0x1F, 0] : [0xFF_0000, 0xFF00, 0xFF, 0]
        }
        // They follow the oldest header that knows them, and are part of all later ones.
        let hasAlpha = compression == 6 || length >= 56
        var masks: [Int] = []
        for index in 0..<(hasAlpha ? 4 : 3) {
            guard let mask = file.number(at: 14 + 40 + 4 * index, byteCount: 4) else {
                throw damaged
            }
            masks.append(mask)
        }
        if masks.count == 3 { masks.append(0) }
        guard masks.allSatisfy({ isRun($0, bits: bits) }), masks[..<3].allSatisfy({ $0 > 0 }) else {
            throw ImageError(
                .unsupportedFormat, "is a BMP file of a kind that is not read",
                expected: "colours of 1 to 8 bits that stand side by side",
                found: masks.map { "0x" + String($0, radix: 16) }.joined(separator: ", "))
        }
        return masks
    }

    /// Whether the bits of a mask follow each other, and are 8 at most.
    private static func isRun(_ mask: Int, bits: Int) -> Bool {
        let run = mask >> (mask == 0 ? 0 : mask.trailingZeroBitCount)
        return mask < 1 << bits && run & (run + 1) == 0 && run < 256
    }

    /// All numbers that pixels may have; what the file leaves out is black.
    private static func palette(
        _ file: FilePart, length: Int, bits: Int
    ) throws(ImageError) -> [[UInt8]] {
        let entryByteCount = length == 12 ? 3 : 4
        let stated = length == 12 ? 0 : file.number(at: 14 + 32, byteCount: 4) ?? 0
        let count = (1...1 << bits).contains(stated) ? stated : 1 << bits
        var palette: [[UInt8]] = []
        for index in 0..<count {
            guard let entry = file.number(at: 14 + length + entryByteCount * index, byteCount: 3)
            else { throw damaged }
            palette.append([UInt8(entry >> 16), UInt8(entry >> 8 & 255), UInt8(entry & 255)])
        }
        return palette
    }
}
