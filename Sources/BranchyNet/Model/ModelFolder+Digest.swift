extension ModelFolder {
    /// Gives the SHA-256 of bytes as 64 lower-case hexadecimal digits. This library needs no system
    /// library and so has no hash of its own; `Checksum.sha256` of `BranchyChecksum` is one.
    ///
    /// Whoever takes one asks it for a digest that is published before anything depends on it.
    public typealias Digest = @Sendable ([UInt8]) -> String

    /// What is hashed to see whether a function is SHA-256, and what that gives.
    ///
    /// Source: NIST, *Secure Hash Standard (SHS), examples with intermediate values*, SHA-256, the
    /// message of one block.
    private static let known = (
        message: Array("abc".utf8),
        digest: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )

    /// Requires that a function gives SHA-256 as it is written in files.
    ///
    /// - Throws: ``ModelError/Code/wrongDigest`` where it gives anything else: files would be called
    ///   damaged that are not, or be given checksums that nobody else can recompute.
    package static func requireSHA256(_ digest: Digest) throws(ModelError) {
        let found = digest(known.message)
        guard found == known.digest else {
            throw ModelError(
                .wrongDigest,
                "the digest of \"abc\" is \(found.quoted), expected \(known.digest.quoted), its "
                    + "SHA-256 in lower-case hexadecimal: pass Checksum.sha256 of BranchyChecksum")
        }
    }
}
