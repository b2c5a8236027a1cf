import Crypto

/// SHA-256 in hexadecimal, as manifests and records have it.
enum Checksum {
    static func sha256(_ bytes: [UInt8]) -> String {
        text(of: SHA256.hash(data: bytes))
    }

    /// The digits of a checksum.
    static func text(of digest: SHA256Digest) -> String {
        digest.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
