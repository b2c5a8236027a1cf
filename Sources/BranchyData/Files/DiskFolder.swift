/// A folder on disk, walked in the order of names; links are followed.
final class DiskFolder: FileTree {
    private let root: String
    private let maximumDepth: Int
    /// What is still to come, the next one last.
    private var pending: [FileTreeEntry] = []
    private var last = ""

    /// Prepares to walk a folder.
    ///
    /// - Parameter maximumDepth: how many names the paths have at most. Folders that lie so deep
    ///   are not entered, so that links in a circle end as well.
    /// - Throws: ``DatasetError`` of code `unreadableFile`.
    init(_ root: String, maximumDepth: Int) throws {
        self.root = root
        self.maximumDepth = maximumDepth
        try enter([])
    }

    func next() throws -> FileTreeEntry? {
        guard let entry = pending.popLast() else { return nil }
        last = entry.name
        if entry.isFolder, entry.path.count < maximumDepth {
            // By what is left of such a name it cannot be entered.
            try entry.requireText()
            try enter(entry.path)
        }
        return entry
    }

    func contents(maximumByteCount: Int) throws -> [UInt8] {
        try CompressedFile.contents(ofFile: last, maximumByteCount: maximumByteCount)
    }

    private func enter(_ path: [FileName]) throws {
        let folder = name(of: path)
        pending += try FolderListing(of: folder).entries.reversed().map { entry in
            let path = path + [entry.name]
            return FileTreeEntry(path: path, isFolder: entry.isFolder, name: name(of: path))
        }
    }

    private func name(of path: [FileName]) -> String {
        ([root] + path.map(\.text)).joined(separator: "/")
    }
}
