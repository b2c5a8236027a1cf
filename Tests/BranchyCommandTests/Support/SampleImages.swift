import BranchyData
import Foundation

/// Files of random images as large as those of MNIST.
struct SampleImages {
    private static let size = 28
    private let images: [[UInt8]]

    init(count: Int, seed: UInt64 = 1) {
        var generator = SplitMix64(seed: seed)
        images = (0..<count).map { _ in
            (0..<Self.size * Self.size).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
    }

    /// All images in an IDX file.
    var idx: [UInt8] {
        let sizes = [images.count, Self.size, Self.size]
        return [0, 0, 8, 3] + sizes.flatMap { Self.bigEndian(UInt32($0)) } + images.joined()
    }

    /// The same in a gzip file.
    var gzip: [UInt8] { Self.gzip(idx) }

    /// A gzip file whose data is stored, not compressed (RFC 1952, RFC 1951 section 3.2.4), in one
    /// stream for every 60,000 bytes.
    static func gzip(_ data: [UInt8]) -> [UInt8] {
        stride(from: 0, to: data.count, by: 60_000).flatMap {
            stream(Array(data[$0..<min($0 + 60_000, data.count)]))
        }
    }

    private static func stream(_ data: [UInt8]) -> [UInt8] {
        [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + Self.stored(data)
            + Self.bigEndian(Self.crc32(data)).reversed()
            + Self.bigEndian(UInt32(data.count)).reversed()
    }

    /// One image in a PNG file.
    func png(_ index: Int) -> [UInt8] {
        Self.png(images[index], width: Self.size, height: Self.size)
    }

    /// A PNG file, uncompressed (PNG specification, sections 5 and 11; RFC 1950), of one channel or
    /// three.
    static func png(
        _ pixels: [UInt8], width: Int, height: Int, channels: Int = 1
    ) -> [UInt8] {
        let line = width * channels
        let rows = (0..<height).flatMap { [0] + pixels[$0 * line..<($0 + 1) * line] }
        let colourType: UInt8 = channels == 1 ? 0 : 2
        let sizes = bigEndian(UInt32(width)) + bigEndian(UInt32(height))
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + chunk("IHDR", sizes + [8, colourType, 0, 0, 0])
            + chunk("IDAT", [0x78, 0x01] + stored(rows) + bigEndian(adler32(rows)))
            + chunk("IEND", [])
    }

    private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let checked = Array(type.utf8) + data
        return bigEndian(UInt32(data.count)) + checked + bigEndian(crc32(checked))
    }

    private static func stored(_ data: [UInt8]) -> [UInt8] {
        let size = UInt32(data.count)
        return [1] + bigEndian(size).suffix(2).reversed() + bigEndian(~size).suffix(2).reversed()
            + data
    }

    private static func bigEndian(_ word: UInt32) -> [UInt8] {
        withUnsafeBytes(of: word.bigEndian) { Array($0) }
    }

    private static func crc32(_ data: [UInt8]) -> UInt32 {
        ~data.reduce(~0) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in
                sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1
            }
        }
    }

    private static func adler32(_ data: [UInt8]) -> UInt32 {
        let (low, high) = data.reduce((UInt32(1), UInt32(0))) { sums, byte in
            let low = (sums.0 + UInt32(byte)) % 65_521
            return (low, (sums.1 + low) % 65_521)
        }
        return high << 16 | low
    }
}
