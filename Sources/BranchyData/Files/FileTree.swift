/// Files in folders, read one after the other: a folder on disk, or an archive.
protocol FileTree: AnyObject {
    /// Goes on to the next file or folder; `nil` at the end.
    ///
    /// - Throws: ``DatasetError`` where the tree cannot be read or is not one that may be.
    func next() throws -> FileTreeEntry?

    /// The contents of the file that ``next()`` gave last.
    ///
    /// - Throws: ``DatasetError`` where it cannot be read, or is larger than `maximumByteCount`.
    func contents(maximumByteCount: Int) throws -> [UInt8]
}

/// A file or folder of a tree.
struct FileTreeEntry {
    /// The names on the way to it, from the tree's root on.
    let path: [FileName]
    let isFolder: Bool
    /// What errors call it.
    let name: String

    /// Requires that all names are UTF-8.
    ///
    /// - Throws: ``DatasetError`` of code `invalidDataset`.
    func requireText() throws {
        for part in path { try part.requireText(of: name) }
    }
}
