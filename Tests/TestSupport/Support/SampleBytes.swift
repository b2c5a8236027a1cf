/// Bytes of files, made by hand.
package enum SampleBytes {
    /// An IDX file of unsigned bytes.
    package static func idx(_ dimensions: [UInt32], _ data: [UInt8], type: UInt8 = 0x08) -> [UInt8]
    {
        [0, 0, type, UInt8(dimensions.count)] + dimensions.flatMap(bigEndian) + data
    }

    /// A gzip file whose data is stored, not compressed (RFC 1952, RFC 1951 section 3.2.4).
    package static func gzip(_ data: [UInt8]) -> [UInt8] {
        let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        let size = UInt16(data.count)
        let block =
            [1] + bigEndian(UInt32(size)).suffix(2).reversed()
            + bigEndian(UInt32(~size)).suffix(2).reversed() + data
        let trailer = bigEndian(crc32(data)).reversed() + bigEndian(UInt32(data.count)).reversed()
        return header + block + trailer
    }

    /// A number as IDX stores it.
    package static func bigEndian(_ word: UInt32) -> [UInt8] {
        withUnsafeBytes(of: word.bigEndian) { Array($0) }
    }

    /// A PNG file of 8 bits per channel, not compressed (RFC 2083, RFC 1950).
    ///
    /// - Parameter pixels: channels of one pixel, then of the next: one for gray, three for RGB.
    package static func png(_ pixels: [UInt8], width: Int, height: Int, channels: Int) -> [UInt8] {
        let line = width * channels
        let rows = (0..<height).flatMap { [0] + pixels[$0 * line..<($0 + 1) * line] }
        let header =
            bigEndian(UInt32(width)) + bigEndian(UInt32(height))
            + [8, channels == 1 ? 0 : 2, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
            + chunk("IDAT", zlib(rows)) + chunk("IEND", [])
    }

    /// A zlib stream whose data is stored, not compressed (RFC 1950).
    package static func zlib(_ data: [UInt8]) -> [UInt8] {
        let size = UInt16(data.count)
        return [0x78, 0x01, 1] + bigEndian(UInt32(size)).suffix(2).reversed()
            + bigEndian(UInt32(~size)).suffix(2).reversed() + data + bigEndian(adler32(data))
    }

    /// A part of a PNG file.
    package static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        chunk(Array(type.utf8), data)
    }

    /// A part of a PNG file, whose type need not be text.
    package static func chunk(_ type: [UInt8], _ data: [UInt8]) -> [UInt8] {
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
    package static func crc32(of data: some Collection<UInt8>) -> [UInt8] {
        bigEndian(crc32(Array(data)))
    }

    private static func crc32(_ data: [UInt8]) -> UInt32 {
        ~data.reduce(~0) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in
                sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1
            }
        }
    }
}

/// Calls `body` with every variant of some bytes that has one bit flipped.
package func forEachBitFlip(of bytes: [UInt8], _ body: ([UInt8]) throws -> Void) rethrows {
    for bit in 0..<bytes.count * 8 {
        var flipped = bytes
        flipped[bit / 8] ^= 1 << UInt8(bit % 8)
        try body(flipped)
    }
}
