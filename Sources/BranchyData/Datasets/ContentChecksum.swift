import Crypto

/// SHA-256 of bytes, as the lower-case hexadecimal text that files of checksums use.
enum ContentChecksum {
    /// The checksum of several pieces, as if they stood one after the other.
    static func sha256(_ pieces: [UInt8]...) -> String {
        var hasher = SHA256()
        for piece in pieces {
            hasher.update(data: piece)
        }
        return hasher.finalize().map(hexadecimal).joined()
    }

    /// Two hexadecimal digits.
    static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return byte < 16 ? "0" + digits : digits
    }
}
