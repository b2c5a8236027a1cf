import CArchive

/// A tar archive, plain or compressed with gzip, read once from front to back.
///
/// Nothing is unpacked to disk. What an archive of data has no business to hold is refused: paths
/// that are absolute or climb by `..`, links, devices.
final class TarFile: FileTree {
    /// What a member costs besides its contents: its header.
    private static let headerByteCount = 512

    private let path: String
    private let reader: ArchiveReader
    private let maximumByteCount: Int
    private var byteCount = 0
    private var member: (name: String, byteCount: Int)?

    /// Opens an archive.
    ///
    /// - Parameter maximumByteCount: how large all members may be together; more is refused before
    ///   it is uncompressed.
    /// - Throws: ``DatasetError`` of code `fileNotFound` or `unreadableFile`.
    init(_ path: String, maximumByteCount: Int) throws {
        self.path = path
        self.maximumByteCount = maximumByteCount
        reader = try ArchiveReader.open(path, as: .tar)
    }

    func next() throws -> FileTreeEntry? {
        guard let entry = try reader.nextEntry() else {
            guard reader.hasEndMark else {
                throw DatasetError(
                    .malformedFile, file: path, "ends without the mark at the end of an archive",
                    remedy: "It is incomplete: fetch it again")
            }
            return nil
        }
        guard let text = archive_entry_pathname(entry) ?? archive_entry_pathname_utf8(entry) else {
            throw DatasetError(.malformedFile, file: path, "has a member without a name")
        }
        let name = String(cString: text)
        guard carchive_is_file(entry) != 0 || carchive_is_folder(entry) != 0 else {
            throw refusal(of: name, "is a link or a device", expected: "files and folders")
        }
        try count(Int(exactly: archive_entry_size(entry)) ?? -1, of: name)
        return FileTreeEntry(
            path: try components(of: name), isFolder: carchive_is_folder(entry) != 0,
            name: "\(path): \(name)")
    }

    private func components(of name: String) throws -> [String] {
        let components = name.split(separator: "/").map(String.init).filter { $0 != "." }
        guard !name.hasPrefix("/"), !components.contains("..") else {
            throw refusal(
                of: name, "leads out of the archive", expected: "a path without / before and ..")
        }
        return components
    }

    private func count(_ size: Int, of name: String) throws {
        guard size >= 0 else {
            throw refusal(of: name, "has no size", expected: "0 bytes or more")
        }
        // Subtracted rather than added: absurd sizes cannot overflow this.
        guard size <= maximumByteCount - byteCount - Self.headerByteCount else {
            throw DatasetError(
                .limitExceeded, file: "\(path): \(name)", "is too large",
                expected: "at most \(maximumByteCount) bytes in all members of the archive",
                found: "\(size), \(Self.headerByteCount) of header and \(byteCount) before them")
        }
        byteCount += Self.headerByteCount + size
        member = (name, size)
    }

    func contents(maximumByteCount: Int) throws -> [UInt8] {
        guard let member else { return [] }
        guard member.byteCount <= maximumByteCount else {
            throw DatasetError(
                .limitExceeded, file: "\(path): \(member.name)", "is too large",
                expected: "at most \(maximumByteCount) bytes", found: "\(member.byteCount)")
        }
        var contents: [UInt8] = []
        contents.reserveCapacity(member.byteCount)
        let capacity = max(1, min(member.byteCount, ArchiveReader.chunkSize))
        while case let chunk = try reader.readChunk(capacity: capacity), !chunk.isEmpty {
            contents += chunk
        }
        return contents
    }

    private func refusal(of name: String, _ problem: String, expected: String) -> DatasetError {
        DatasetError(
            .malformedFile, file: "\(path): \(name)", problem, expected: expected,
            remedy: "Nothing of the archive was used")
    }
}
