/// Checksums as manifests, records and files of checksums have them: lower-case hexadecimal digits.
public enum Checksum {
    /// SHA-256 of bytes, 64 digits.
    public static func sha256(_ bytes: [UInt8]) -> String {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        return hasher.hexadecimal
    }

    /// SHA-256 of bytes that come piece by piece, 64 digits.
    ///
    /// - Parameter pieces: hands the pieces over in their order.
    public static func sha256(_ pieces: (_ take: (Span<UInt8>) -> Void) -> Void) -> String {
        var hasher = SHA256Hasher()
        pieces { hasher.update($0) }
        return hasher.hexadecimal
    }

    /// Two digits for each byte.
    public static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.reduce(into: "") { text, byte in
            if byte < 16 { text += "0" }
            text += String(byte, radix: 16)
        }
    }
}
