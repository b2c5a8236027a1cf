#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What a folder holds, name by name as the system has it.
///
/// Foundation's listing passes over names that are not UTF-8, and with them a class and its images.
package struct FolderListing {
    /// A file or folder.
    package struct Entry {
        /// What it is called.
        package let name: FileName
        /// Whether it is a folder, links followed.
        package let isFolder: Bool
        /// Whether it is a link.
        package let isLink: Bool
        /// Whether its name begins with a point.
        package let isHidden: Bool
    }

    /// All entries, in the order of their names.
    package let entries: [Entry]

    /// Lists a folder.
    ///
    /// - Throws: ``DatasetError`` of code `unreadableFile`.
    package init(of path: String) throws {
        guard let folder = opendir(path) else { throw Self.failure(path) }
        defer { closedir(folder) }
        var entries: [Entry] = []
        while let (name, type) = try Self.next(from: { readdir(folder) }, path) {
            guard name != Array(".".utf8), name != Array("..".utf8) else { continue }
            entries.append(Entry(name, type, in: dirfd(folder)))
        }
        self.entries = entries.sorted { $0.name < $1.name }
    }

    /// The next name, and what the system says that it is of.
    private static func next(
        from read: () -> UnsafeMutablePointer<dirent>?, _ path: String
    ) throws -> (name: [UInt8], type: Int)? {
        errno = 0
        guard let entry = read() else {
            guard errno == 0 else { throw failure(path) }
            return nil
        }
        let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
        // Safety: the system ends a name with a zero within the record that it gave, which stays
        // until the next one is asked for.
        let name = UnsafeRawPointer(entry).advanced(by: offset)
        let count = strlen(name.assumingMemoryBound(to: CChar.self))
        let bytes = UnsafeRawBufferPointer(start: name, count: count)
        return (Array(bytes), Int(entry.pointee.d_type))
    }

    private static func failure(_ path: String) -> DatasetError {
        DatasetError(
            .unreadableFile, file: path, "cannot be listed (\(String(cString: strerror(errno))))",
            expected: "a folder to read")
    }
}

extension FolderListing.Entry {
    fileprivate init(_ bytes: [UInt8], _ type: Int, in folder: CInt) {
        name = FileName(bytes)
        isHidden = bytes.first == UInt8(ascii: ".")
        // Most are files or folders, and asking again about each takes longer than listing it.
        guard type != Int(DT_REG), type != Int(DT_DIR) else {
            (isFolder, isLink) = (type == Int(DT_DIR), false)
            return
        }
        let path = (bytes + [0]).map { CChar(bitPattern: $0) }
        var status = stat()
        let isThere = fstatat(folder, path, &status, AT_SYMLINK_NOFOLLOW) == 0
        isLink = isThere && status.st_mode & S_IFMT == S_IFLNK
        let isFound = isLink ? fstatat(folder, path, &status, 0) == 0 : isThere
        isFolder = isFound && status.st_mode & S_IFMT == S_IFDIR
    }
}
