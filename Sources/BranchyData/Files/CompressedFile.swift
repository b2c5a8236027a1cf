import CArchive

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A file that may be compressed with gzip, which its first bytes tell and not its name.
///
/// libarchive does not compare the checksum at the end of a gzip stream. Data sets are identified
/// by the SHA-256 of their uncompressed contents instead.
struct CompressedFile: ~Copyable {
    private static let chunkSize = 1 << 20
    private let path: String
    private let archive: OpaquePointer

    /// The uncompressed contents of a file, no more than `maximumByteCount` bytes.
    ///
    /// - Throws: ``DatasetError`` of code `fileNotFound`, `unreadableFile` or `limitExceeded`.
    static func contents(ofFile path: String, maximumByteCount: Int) throws -> [UInt8] {
        guard FileManager.default.fileExists(atPath: path) else {
            throw DatasetError(.fileNotFound, file: path, "there is no such file")
        }
        guard let archive = archive_read_new() else {
            throw DatasetError(.unreadableFile, file: path, "no memory to read it")
        }
        let file = CompressedFile(path: path, archive: archive)
        try file.open()
        return try file.readAll(maximumByteCount: maximumByteCount)
    }

    private init(path: String, archive: OpaquePointer) {
        self.path = path
        self.archive = archive
    }

    deinit {
        archive_read_free(archive)
    }

    private borrowing func open() throws {
        archive_read_support_filter_gzip(archive)
        archive_read_support_format_raw(archive)
        archive_read_support_format_empty(archive)
        guard archive_read_open_filename(archive, path, Self.chunkSize) == ARCHIVE_OK else {
            throw failure()
        }
    }

    private borrowing func readAll(maximumByteCount: Int) throws -> [UInt8] {
        var entry: OpaquePointer?
        let status = archive_read_next_header(archive, &entry)
        guard status != ARCHIVE_EOF else { return [] }
        guard status == ARCHIVE_OK else { throw failure() }
        var contents: [UInt8] = []
        while true {
            let chunk = try readChunk()
            guard !chunk.isEmpty else { return contents }
            guard chunk.count <= maximumByteCount - contents.count else {
                throw DatasetError(
                    .limitExceeded, file: path, "too large when uncompressed",
                    expected: "at most \(maximumByteCount) bytes", found: "more")
            }
            contents += chunk
        }
    }

    private borrowing func readChunk() throws -> [UInt8] {
        var count = 0
        let chunk = [UInt8](unsafeUninitializedCapacity: Self.chunkSize) { buffer, initialized in
            // Safety: libarchive writes at most the capacity that it is told, and says how much.
            count = archive_read_data(archive, buffer.baseAddress, buffer.count)
            initialized = max(0, count)
        }
        guard count >= 0 else { throw failure() }
        return chunk
    }

    private borrowing func failure() -> DatasetError {
        let reason = archive_error_string(archive).map { String(cString: $0) } ?? "unknown reason"
        return DatasetError(
            .unreadableFile, file: path, "cannot be read (\(reason))",
            remedy: "If it is compressed, it is damaged or incomplete: fetch it again")
    }
}
