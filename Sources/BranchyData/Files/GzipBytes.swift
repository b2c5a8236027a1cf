import CArchive

/// Bytes in memory that are compressed with gzip, as a file in an archive may be.
enum GzipBytes {
    /// The uncompressed bytes.
    ///
    /// - Parameters:
    ///   - bytes: a gzip stream.
    ///   - name: what errors call it.
    ///   - maximumByteCount: how large the uncompressed bytes may be; more is refused.
    /// - Throws: ``DatasetError`` of code `malformedFile`, `unreadableFile` or `limitExceeded`.
    static func contents(
        of bytes: [UInt8], name: String, maximumByteCount: Int
    ) throws -> [UInt8] {
        guard bytes.starts(with: [0x1F, 0x8B]) else {
            throw DatasetError(
                .malformedFile, file: name, "is not compressed with gzip",
                expected: "1f8b as its first two bytes",
                found: bytes.isEmpty ? "an empty file" : "others")
        }
        return try bytes.withUnsafeBytes { buffer in
            // Safety: libarchive reads within the buffer, which is there until the reader is gone.
            let reader = try ArchiveReader.open(buffer, name: name)
            guard try reader.nextEntry() != nil else { return [] }
            return try reader.rest(atMost: maximumByteCount, ofFile: name)
        }
    }
}
