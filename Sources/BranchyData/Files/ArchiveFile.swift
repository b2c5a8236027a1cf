import BranchyNet
import CArchive

/// A tar archive, plain or compressed with gzip, or a zip archive, read once from front to back.
///
/// Nothing is unpacked to disk. What an archive of data has no business to hold is refused: paths
/// that are absolute or climb by `..`, links, devices, sparse files. What counts against the limits
/// is what libarchive unpacks and hands out, whatever headers say of it.
final class ArchiveFile {
    /// The longest path of a member, as systems have it for files.
    private static let longestPath = 4096

    private let path: String
    private let format: ArchiveReader.Format
    private let reader: ArchiveReader
    private let maximumByteCount: Int
    /// What the members so far have, as a zip archive lists it.
    private var listedByteCount = 0
    private var member: (name: String, byteCount: Int)?

    /// Opens an archive.
    ///
    /// - Parameters:
    ///   - format: `tar` or `zip`.
    ///   - maximumByteCount: how large the archive may be, uncompressed; more is refused before it is
    ///     uncompressed.
    /// - Throws: ``DatasetError`` of code `fileNotFound` or `unreadableFile`.
    init(_ path: String, as format: ArchiveReader.Format = .tar, maximumByteCount: Int) throws {
        self.path = path
        self.format = format
        self.maximumByteCount = maximumByteCount
        reader = try ArchiveReader.open(path, as: format)
    }

    /// Whether a file begins as zip archives do (PKWARE's APPNOTE): with a member, or with the end of
    /// one that has none.
    static func isZip(_ path: String) -> Bool {
        let start = (try? AtomicFile.start(of: path, byteCount: 4)) ?? []
        return [[0x50, 0x4B, 3, 4], [0x50, 0x4B, 5, 6]].contains(start)
    }

    /// How many bytes the file has that ``next()`` gave last.
    var memberByteCount: Int { member?.byteCount ?? 0 }

    /// Goes on to the next file or folder; `nil` at the end.
    ///
    /// - Throws: ``DatasetError`` where the archive cannot be read or is not one that may be.
    func next() throws -> FileTreeEntry? {
        guard let entry = try reader.nextEntry() else {
            guard format == .zip || reader.hasEndMark else {
                throw DatasetError(
                    .malformedFile, file: path, "ends without the mark at the end of an archive",
                    remedy: "It is incomplete: fetch it again")
            }
            return nil
        }
        let bytes = try path(of: entry)
        let name = FileName(bytes).text
        guard carchive_is_file(entry) != 0 || carchive_is_folder(entry) != 0 else {
            throw refusal(of: name, "is a link or a device", expected: "files and folders")
        }
        // Not all of them say so here: those that do not, show when they are read.
        guard archive_entry_sparse_count(entry) == 0 else { throw sparse(name) }
        try count(Int(exactly: archive_entry_size(entry)) ?? -1, of: name)
        return FileTreeEntry(
            path: try components(of: bytes, name), isFolder: carchive_is_folder(entry) != 0,
            name: "\(path): \(name)")
    }

    private func path(of entry: OpaquePointer) throws -> [UInt8] {
        guard let bytes = ArchiveReader.path(of: entry) else {
            throw DatasetError(.malformedFile, file: path, "has a member without a name")
        }
        guard bytes.count <= Self.longestPath else {
            let start = FileName(bytes.prefix(40)).text
            throw refusal(
                of: start + "...", "has a path that is too long",
                expected: "at most \(Self.longestPath) bytes", found: "\(bytes.count)")
        }
        return bytes
    }

    private func components(of bytes: [UInt8], _ name: String) throws -> [FileName] {
        let components = bytes.split(separator: UInt8(ascii: "/")).map { FileName($0) }
            .filter { $0.text != "." }
        guard !name.hasPrefix("/"), !components.contains(where: { $0.text == ".." }) else {
            throw refusal(
                of: name, "leads out of the archive", expected: "a path without / before and ..")
        }
        return components
    }

    private func count(_ size: Int, of name: String) throws {
        guard size >= 0 else {
            throw refusal(of: name, "has no size", expected: "0 bytes or more")
        }
        let before = format == .zip ? listedByteCount : reader.unpackedByteCount
        // Subtracted rather than added: absurd sizes cannot overflow this.
        guard size <= maximumByteCount - before else {
            throw DatasetError(
                .limitExceeded, file: "\(path): \(name)", "is too large",
                expected: "at most \(maximumByteCount) bytes in all of the archive",
                found: "\(size) after \(before)", remedy: ImageFolder.Limits.remedy)
        }
        member = (name, size)
        listedByteCount += size
    }

    /// The contents of the file that ``next()`` gave last.
    ///
    /// - Throws: ``DatasetError`` where it cannot be read, or is larger than `maximumByteCount`.
    func contents(maximumByteCount: Int) throws -> [UInt8] {
        guard let (name, size) = member else { return [] }
        guard size <= maximumByteCount else {
            throw DatasetError(
                .limitExceeded, file: "\(path): \(name)", "is too large",
                expected: "at most \(maximumByteCount) bytes", found: "\(size)")
        }
        var contents: [UInt8] = []
        while let block = try reader.nextBlock(
            at: contents.count, atMost: size - contents.count, isStrict: format == .zip,
            else: { sparse(name) })
        {
            contents += block
        }
        guard contents.count == size else { throw sparse(name) }
        return contents
    }

    private func sparse(_ name: String) -> DatasetError {
        format == .zip
            ? refusal(
                of: name, "has another size than the archive lists",
                expected: "one size of each file")
            : refusal(of: name, "is a sparse file", expected: "files without holes")
    }

    private func refusal(
        of name: String, _ problem: String, expected: String, found: String? = nil
    ) -> DatasetError {
        DatasetError(
            .malformedFile, file: "\(path): \(name)", problem, expected: expected, found: found,
            remedy: "Nothing of the archive was used")
    }
}
