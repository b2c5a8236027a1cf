/// A file or folder of an archive.
struct FileTreeEntry {
    /// The names on the way to it, from the archive's root on.
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
