import CNettle

/// SHA-256 of bytes that come piece by piece.
///
/// For example, the checksum of two pieces as if they stood one after the other:
///
///     var hasher = SHA256Hasher()
///     hasher.update(header)
///     hasher.update(body)
///     print(hasher.hexadecimal)
///
/// Source: FIPS 180-4, *Secure Hash Standard*, section 6.2. Nettle computes it.
public struct SHA256Hasher: Sendable {
    /// How many bytes a digest has.
    public static let byteCount = 32

    private var context = sha256_ctx()

    /// Begins with no bytes.
    public init() {
        nettle_sha256_init(&context)
    }

    /// Adds bytes behind those that came before.
    public mutating func update(_ bytes: some Sequence<UInt8>) {
        let isContiguous = bytes.withContiguousStorageIfAvailable { add($0) } != nil
        if !isContiguous { Array(bytes).withUnsafeBufferPointer { add($0) } }
    }

    /// Adds bytes behind those that came before.
    public mutating func update(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { add($0) }
    }

    private mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
        // Safety: nothing is read of an empty buffer, whose address may be missing.
        guard let start = bytes.baseAddress else { return }
        nettle_sha256_update(&context, bytes.count, start)
    }

    /// The 32 bytes of the digest of all bytes so far; more may be added afterwards.
    public var digest: [UInt8] {
        // Giving a digest out begins anew: that happens to a copy.
        var context = context
        return [UInt8](unsafeUninitializedCapacity: Self.byteCount) { digest, count in
            // Safety: there is room for 32 bytes, all of which are written.
            if let start = digest.baseAddress { cnettle_sha256_digest(&context, start) }
            count = Self.byteCount
        }
    }

    /// The digest as 64 lower-case hexadecimal digits.
    public var hexadecimal: String { Checksum.hexadecimal(digest) }
}
