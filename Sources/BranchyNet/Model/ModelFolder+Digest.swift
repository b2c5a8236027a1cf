extension ModelFolder {
    /// Gives the SHA-256 of bytes that come piece by piece, as 64 lower-case hexadecimal digits. This
    /// library needs no system library and so has no hash of its own; `Checksum.sha256` of
    /// `BranchyChecksum` is one.
    ///
    /// The pieces of a file are hashed as they are read, so that the file is never held as a whole.
    /// Whoever takes a digest asks it for one that is published before anything depends on it.
    public typealias Digest =
        @Sendable (_ pieces: (_ take: (Span<UInt8>) -> Void) -> Void) -> String

    /// The digest of bytes that are all there.
    package static func digest(of bytes: [UInt8], by digest: Digest) -> String {
        digest { take in take(bytes.span) }
    }

    /// The digest of a file, which is read piece by piece.
    ///
    /// - Throws: ``ModelError`` where it cannot be read.
    package static func digest(ofFile path: String, by digest: Digest) throws -> String {
        var file = try PassingFile(path)
        var failure: (any Error)?
        let found = digest { take in
            do { try file.passRest(take) } catch { failure = error }
        }
        if let failure { throw failure }
        return found
    }

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
        let found = self.digest(of: known.message, by: digest)
        guard found == known.digest else {
            throw ModelError(
                .wrongDigest,
                "the digest of \"abc\" is \(found.quoted), expected \(known.digest.quoted), its "
                    + "SHA-256 in lower-case hexadecimal: pass Checksum.sha256 of BranchyChecksum")
        }
    }
}
