import CArchive

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A file as libarchive reads it, from front to back.
struct ArchiveReader: ~Copyable {
    /// What the file is taken for.
    enum Format {
        /// Bytes, as they stand in the file.
        case bytes
        /// Bytes that may be compressed with gzip, which the first of them tell and not the name.
        case compressedBytes
        /// A tar archive, which may be compressed with gzip.
        case tar
        /// A zip archive, by the list of contents at its end.
        case zip
    }

    /// How many bytes are read at once where nothing is known of their number.
    static let chunkSize = 1 << 20

    private let path: String
    private let file: Int32
    private let archive: OpaquePointer

    /// Opens a file; only a regular one, because a pipe could be waited for without end.
    ///
    /// - Throws: ``DatasetError`` of code `fileNotFound` or `unreadableFile`.
    static func open(_ path: String, as format: Format) throws -> ArchiveReader {
        guard let archive = archive_read_new() else {
            throw DatasetError(.unreadableFile, file: path, "no memory to read it")
        }
        // Without O_NONBLOCK, opening a pipe would wait for somebody to write.
        let file = systemOpen(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
        let reader = ArchiveReader(path, archive: archive, file: file)
        try reader.check()
        try reader.begin(format)
        return reader
    }

    /// Takes a reader that libarchive made, and the file that it is to read, or -1.
    init(_ path: String, archive: OpaquePointer, file: Int32) {
        self.path = path
        self.archive = archive
        self.file = file
    }

    deinit {
        archive_read_free(archive)
        if file >= 0 { close(file) }
    }

    private borrowing func check() throws {
        guard file >= 0 else {
            let (number, reason) = (errno, String(cString: strerror(errno)))
            guard number != ENOENT, number != ENOTDIR else {
                throw DatasetError(.fileNotFound, file: path, "there is no such file")
            }
            throw DatasetError(.unreadableFile, file: path, "cannot be read (\(reason))")
        }
        guard FileKind(of: file) == .file else {
            throw DatasetError(
                .unreadableFile, file: path, "cannot be read", expected: "a regular file",
                found: "a folder or a device")
        }
    }

    private borrowing func begin(_ format: Format) throws {
        // Appended where it is needed, and not left for libarchive to look for: that unpacks what
        // it unpacked once more, as often as the contents ask for it.
        if format == .tar || format == .compressedBytes, isCompressed {
            archive_read_append_filter(archive, ARCHIVE_FILTER_GZIP)
        }
        switch format {
        case .tar: archive_read_support_format_tar(archive)
        case .zip: archive_read_support_format_zip_seekable(archive)
        case .bytes, .compressedBytes:
            archive_read_support_format_raw(archive)
            archive_read_support_format_empty(archive)
        }
        // A stream that is damaged where it begins is opened, and taken for an empty one.
        guard archive_read_open_fd(archive, file, Self.chunkSize) == ARCHIVE_OK,
            archive_errno(archive) == 0
        else { throw failure() }
    }

    /// Whether the file begins as a gzip stream does (RFC 1952): magic numbers, the one method there
    /// is, and no flag that has no meaning yet.
    var isCompressed: Bool {
        var start: (UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0)
        // Safety: four bytes are read into four; the place in the file stays where it was.
        let count = withUnsafeMutableBytes(of: &start) { pread(file, $0.baseAddress, $0.count, 0) }
        return count == 4 && start.0 == 0x1F && start.1 == 0x8B && start.2 == 8
            && start.3 & 0xE0 == 0
    }

    /// The size of the file, compressed or not.
    var fileByteCount: Int? { FileKind.byteCount(of: file) }

    /// Goes on to the next entry, or to the whole where the file is not an archive; `nil` at the
    /// end. What is left of the entry before is skipped.
    borrowing func nextEntry() throws -> OpaquePointer? {
        var entry: OpaquePointer?
        switch archive_read_next_header(archive, &entry) {
        // A warning is about what nobody asks for here, such as an owner's name.
        case ARCHIVE_OK, ARCHIVE_WARN: return entry
        case ARCHIVE_EOF: return nil
        default: throw failure()
        }
    }

    /// Whether something followed the last entry: the empty blocks that end a tar archive. libarchive
    /// does not ask for them, and so takes an archive that was cut between two members for whole.
    var hasEndMark: Bool {
        archive_filter_bytes(archive, 0) > archive_read_header_position(archive)
    }

    /// The next bytes of an entry, at most `capacity` of them; none at its end.
    borrowing func readChunk(capacity: Int = chunkSize) throws -> [UInt8] {
        var count = 0
        let chunk = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
            // Safety: libarchive writes at most the capacity that it is told, and says how much.
            count = archive_read_data(archive, buffer.baseAddress, buffer.count)
            initialized = max(0, count)
        }
        guard count >= 0 else { throw failure() }
        return chunk
    }

    /// The path of an entry, whatever bytes it consists of.
    static func path(of entry: OpaquePointer) -> [UInt8]? {
        guard let text = archive_entry_pathname(entry) ?? archive_entry_pathname_utf8(entry) else {
            return nil
        }
        // Safety: a text of C ends with a zero.
        return Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }

    /// The next block of an entry as the archive holds it, or `nil` at its end.
    ///
    /// Entries may have holes, which ``readChunk(capacity:)`` fills with as many zeros as their
    /// headers ask for. Here a block is refused, before it is copied, unless it follows the one
    /// before.
    ///
    /// - Parameters:
    ///   - offset: where the block has to begin.
    ///   - limit: how many bytes it may have.
    ///   - isStrict: whether a warning is a failure, as where a checksum is another than a zip archive
    ///     lists.
    ///   - refusal: what is thrown where it is another one.
    borrowing func nextBlock(
        at offset: Int, atMost limit: Int, isStrict: Bool = false, else refusal: () -> DatasetError
    ) throws -> [UInt8]? {
        var block: UnsafeRawPointer?
        var (count, found) = (0, la_int64_t(0))
        switch archive_read_data_block(archive, &block, &count, &found) {
        case ARCHIVE_EOF: return nil
        case ARCHIVE_OK: break
        case ARCHIVE_WARN where !isStrict: break
        default: throw failure()
        }
        guard found == offset, count <= limit else { throw refusal() }
        // Safety: libarchive says how many bytes it points to, which stay until it is asked again.
        return Array(UnsafeRawBufferPointer(start: block, count: count))
    }

    /// How many bytes were unpacked so far.
    var unpackedByteCount: Int { Int(archive_filter_bytes(archive, 0)) }

    borrowing func failure() -> DatasetError {
        let reason = archive_error_string(archive).map { String(cString: $0) } ?? "unknown reason"
        return DatasetError(
            .unreadableFile, file: path, "cannot be read (\(reason))",
            remedy: "If it is compressed, it is damaged or incomplete: fetch it again")
    }
}

/// The C library's `open`, which a method of that name hides.
private func systemOpen(_ path: String, _ flags: Int32) -> Int32 {
    open(path, flags)
}
