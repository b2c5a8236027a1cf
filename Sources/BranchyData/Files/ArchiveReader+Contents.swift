import CArchive

extension ArchiveReader {
    /// Opens bytes in memory that are compressed with gzip.
    ///
    /// - Parameters:
    ///   - bytes: they have to stay as long as they are read.
    ///   - name: what errors call them.
    static func open(_ bytes: UnsafeRawBufferPointer, name: String) throws -> ArchiveReader {
        guard let archive = archive_read_new() else {
            throw DatasetError(.unreadableFile, file: name, "no memory to read it")
        }
        let reader = ArchiveReader(name, archive: archive, file: -1)
        archive_read_append_filter(archive, ARCHIVE_FILTER_GZIP)
        archive_read_support_format_raw(archive)
        archive_read_support_format_empty(archive)
        // Safety: libarchive does not write to what it reads from.
        let opened = archive_read_open_memory(
            archive, UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
        guard opened == ARCHIVE_OK, archive_errno(archive) == 0 else { throw reader.failure() }
        return reader
    }

    /// What is left of an entry, no more than `maximumByteCount` bytes.
    ///
    /// - Throws: ``DatasetError`` of code `limitExceeded` where there is more, or `unreadableFile`.
    borrowing func rest(atMost maximumByteCount: Int, ofFile name: String) throws -> [UInt8] {
        var contents: [UInt8] = []
        while case let chunk = try readChunk(), !chunk.isEmpty {
            guard chunk.count <= maximumByteCount - contents.count else {
                throw DatasetError(
                    .limitExceeded, file: name, "too large when uncompressed",
                    expected: "at most \(maximumByteCount) bytes", found: "more")
            }
            contents += chunk
        }
        return contents
    }
}
