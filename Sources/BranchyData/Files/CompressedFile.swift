import BranchyChecksum

/// A file that may be compressed with gzip, which its first bytes tell and not its name.
///
/// libarchive does not compare the checksum at the end of a gzip stream. Data sets are identified
/// by the SHA-256 of their uncompressed contents instead.
enum CompressedFile {
    /// The uncompressed contents of a file, no more than `maximumByteCount` bytes.
    ///
    /// - Throws: ``DatasetError`` of code `fileNotFound`, `unreadableFile` or `limitExceeded`.
    static func contents(ofFile path: String, maximumByteCount: Int) throws -> [UInt8] {
        let reader = try ArchiveReader.open(path, as: .compressedBytes)
        guard try reader.nextEntry() != nil else { return [] }
        return try reader.rest(atMost: maximumByteCount, ofFile: path)
    }

    /// SHA-256 of a file as it is, compressed or not, in hexadecimal.
    ///
    /// - Throws: ``DatasetError`` of code `fileNotFound` or `unreadableFile`.
    static func sha256(ofFile path: String) throws -> String {
        let reader = try ArchiveReader.open(path, as: .bytes)
        var hasher = SHA256Hasher()
        guard try reader.nextEntry() != nil else { return hasher.hexadecimal }
        // Only as far as it went when it was opened: a file that grows as fast as it is read has no
        // end.
        var left = reader.fileByteCount ?? .max
        while case let chunk = try reader.readChunk(), !chunk.isEmpty {
            guard chunk.count <= left else {
                throw DatasetError(.unreadableFile, file: path, "grew while it was read")
            }
            left -= chunk.count
            hasher.update(chunk)
        }
        return hasher.hexadecimal
    }
}
