/// Puts right what mutations break first, so that they reach the readers beyond it.
enum Checksums {
    /// A PNG file whose chunks have the checksums of their contents; other bytes as they are.
    static func repairedPNG(_ input: [UInt8]) -> [UInt8] {
        var bytes = input
        var chunk = 8
        while chunk + 12 <= bytes.count {
            let length = bytes[chunk..<chunk + 4].reduce(0) { $0 << 8 | Int($1) }
            let end = chunk + 8 + length
            guard end + 4 <= bytes.count else { break }
            let checksum = crc32(bytes[(chunk + 4)..<end])
            for byte in 0..<4 {
                bytes[end + byte] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * (3 - byte)))
            }
            chunk = end + 4
        }
        return bytes
    }

    /// A tar archive whose headers have the checksums of their bytes; other bytes as they are.
    static func repairedTar(_ input: [UInt8]) -> [UInt8] {
        var bytes = input
        for start in stride(from: 0, to: bytes.count - 511, by: 512)
        where bytes[(start + 257)..<(start + 262)].elementsEqual("ustar".utf8) {
            let field = (start + 148)..<(start + 156)
            bytes.replaceSubrange(field, with: repeatElement(UInt8(ascii: " "), count: 8))
            let sum = bytes[start..<start + 512].reduce(0) { $0 + Int($1) }
            let digits = String(sum, radix: 8)
            let text = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
            bytes.replaceSubrange(field, with: Array(text.utf8) + [0, UInt8(ascii: " ")])
        }
        return bytes
    }

    /// The checksum of PNG and gzip (ISO 3309).
    private static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { rest, _ in
            rest >> 1 ^ (rest & 1 == 0 ? 0 : 0xEDB8_8320)
        }
    }
}
