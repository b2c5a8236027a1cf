import BranchyChecksum
import BranchyCompute
import BranchyData

/// Bytes of files, made by hand.
enum SampleBytes {
    /// An IDX file of unsigned bytes.
    static func idx(_ dimensions: [UInt32], _ data: [UInt8], type: UInt8 = 0x08) -> [UInt8] {
        [0, 0, type, UInt8(dimensions.count)] + dimensions.flatMap(bigEndian) + data
    }

    /// A gzip file whose data is stored, not compressed (RFC 1952, RFC 1951 section 3.2.4).
    static func gzip(_ data: [UInt8]) -> [UInt8] {
        let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        let size = UInt16(data.count)
        let block =
            [1] + bigEndian(UInt32(size)).suffix(2).reversed()
            + bigEndian(UInt32(~size)).suffix(2).reversed() + data
        let trailer = bigEndian(crc32(data)).reversed() + bigEndian(UInt32(data.count)).reversed()
        return header + block + trailer
    }

    /// SHA-256 in hexadecimal.
    static func sha256(_ bytes: [UInt8]) -> String {
        Checksum.sha256(bytes)
    }

    /// A number as IDX stores it.
    static func bigEndian(_ word: UInt32) -> [UInt8] {
        withUnsafeBytes(of: word.bigEndian) { Array($0) }
    }

    /// A PNG file of 8 bits per channel, not compressed (RFC 2083, RFC 1950).
    ///
    /// - Parameter pixels: channels of one pixel, then of the next: one for gray, three for RGB.
    static func png(_ pixels: [UInt8], width: Int, height: Int, channels: Int) -> [UInt8] {
        let line = width * channels
        let rows = (0..<height).flatMap { [0] + pixels[$0 * line..<($0 + 1) * line] }
        let header =
            bigEndian(UInt32(width)) + bigEndian(UInt32(height))
            + [8, channels == 1 ? 0 : 2, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
            + chunk("IDAT", zlib(rows)) + chunk("IEND", [])
    }

    /// A zlib stream whose data is stored, not compressed (RFC 1950).
    static func zlib(_ data: [UInt8]) -> [UInt8] {
        let size = UInt16(data.count)
        return [0x78, 0x01, 1] + bigEndian(UInt32(size)).suffix(2).reversed()
            + bigEndian(UInt32(~size)).suffix(2).reversed() + data + bigEndian(adler32(data))
    }

    /// A part of a PNG file.
    static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        chunk(Array(type.utf8), data)
    }

    /// A part of a PNG file, whose type need not be text.
    static func chunk(_ type: [UInt8], _ data: [UInt8]) -> [UInt8] {
        let body = type + data
        return bigEndian(UInt32(data.count)) + body + bigEndian(crc32(body))
    }

    private static func adler32(_ data: [UInt8]) -> UInt32 {
        let sums = data.reduce((UInt32(1), UInt32(0))) { sums, byte in
            let first = (sums.0 + UInt32(byte)) % 65_521
            return (first, (sums.1 + first) % 65_521)
        }
        return sums.1 << 16 | sums.0
    }

    /// The checksum at the end of a chunk of PNG.
    static func crc32(of data: some Collection<UInt8>) -> [UInt8] { bigEndian(crc32(Array(data))) }

    private static func crc32(_ data: [UInt8]) -> UInt32 {
        ~data.reduce(~0) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in
                sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1
            }
        }
    }
}

/// What a call throws, if it is what this package guarantees to throw.
///
/// Call it outside of `#expect`: within another closure, Swift 6.3.1 runs the closure of a macro's
/// argument in place of the one after it.
func datasetError(_ body: () throws -> Void) -> DatasetError? {
    do {
        try body()
        return nil
    } catch {
        return error as? DatasetError
    }
}

/// Calls `body` with every variant of some bytes that has one bit flipped.
func forEachBitFlip(of bytes: [UInt8], _ body: ([UInt8]) throws -> Void) rethrows {
    for bit in 0..<bytes.count * 8 {
        var flipped = bytes
        flipped[bit / 8] ^= 1 << UInt8(bit % 8)
        try body(flipped)
    }
}

/// Small data sets whose pixels say which image they belong to.
enum SampleDataset {
    /// Images of 1x2x2 whose pixels are all the image's number (modulo 256), ten classes in turn.
    static func numbered(_ numbers: Range<Int>) throws -> ImageDataset {
        try ImageDataset(
            name: "numbered", imageShape: [1, 2, 2], classNames: MNIST.classNames,
            pixels: numbers.flatMap { [UInt8](repeating: UInt8($0 % 256), count: 4) },
            labels: numbers.map { UInt8($0 % 10) })
    }
}
