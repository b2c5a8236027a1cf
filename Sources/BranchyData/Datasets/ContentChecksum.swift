import Crypto

/// SHA-256 of bytes, as the lower-case hexadecimal text that files of checksums use.
enum ContentChecksum {
    /// The checksum of several pieces, as if they stood one after the other.
    static func sha256(_ pieces: [UInt8]...) -> String {
        var hasher = SHA256()
        for piece in pieces {
            hasher.update(data: piece)
        }
        return text(of: hasher.finalize())
    }

    /// The digits of a checksum.
    static func text(of digest: SHA256Digest) -> String {
        digest.map(hexadecimal).joined()
    }

    /// The first 128 of the 256 bits of a checksum: enough to tell images apart and to sort them.
    static func leadingWords(of bytes: ArraySlice<UInt8>) -> (UInt64, UInt64) {
        SHA256.hash(data: bytes).withUnsafeBytes { digest in
            // Safety: a SHA-256 digest has 32 bytes.
            (
                digest.loadUnaligned(fromByteOffset: 0, as: UInt64.self).bigEndian,
                digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self).bigEndian
            )
        }
    }

    /// Two hexadecimal digits.
    static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return byte < 16 ? "0" + digits : digits
    }
}
