import BranchyImages

extension ImageList {
    /// All files of an archive, which is read once and held in memory.
    ///
    /// What it must not hold is refused with all the rest, see ``ArchiveFile``. What lies where none
    /// belongs is passed over as in a folder.
    ///
    /// - Throws: ``DatasetError`` where the archive cannot be read, holds what it must not, a name is
    ///   not UTF-8, or something is larger than the limits.
    init(archive path: String, limits: ImageFolder.Limits) throws {
        var members = ArchiveMembers()
        let archive = try ArchiveFile(
            path, as: ArchiveFile.isZip(path) ? .zip : .tar,
            maximumByteCount: limits.totalByteCount)
        while let entry = try archive.next() {
            try members.take(entry, of: archive, limits)
        }
        let layout = FolderLayout(of: members.files)
        self.init(
            contents: .archive(path, members.contents),
            files: members.files.map {
                File(path: $0.joined(separator: "/"), place: layout.place(of: $0))
            }, classFolders: members.folders.map { layout.place(of: $0 + [""]) },
            passedOver: members.passedOver, isDivided: layout.isDivided)
    }
}

/// Sorts the members of an archive as ``FolderWalk`` does the files of a folder.
private struct ArchiveMembers {
    private(set) var contents: [String: [UInt8]] = [:]
    private(set) var folders: [[String]] = []
    private(set) var passedOver: [ImageFolderSurvey.Remark] = []

    /// The names on the way to each file, in the order of their paths, which that in an archive is not.
    var files: [[String]] {
        contents.keys.sorted().map { $0.split(separator: "/").map(String.init) }
    }

    mutating func take(
        _ entry: FileTreeEntry, of archive: ArchiveFile, _ limits: ImageFolder.Limits
    ) throws {
        let names = entry.path.map(\.text)
        guard !names.isEmpty else { return }
        let path = names.joined(separator: "/")
        guard !names.contains(where: { $0.hasPrefix(".") }) else {
            return pass(over: path, FolderWalk.hidden)
        }
        let isNamedAsImage = ImageFormat.isEnding(of: path)
        guard entry.isFolder || isNamedAsImage || entry.path.allSatisfy(\.isText) else {
            return pass(over: path, "no image")
        }
        try entry.requireText()
        if let reason = FolderWalk.objection(to: names) { return pass(over: path, reason) }
        guard !entry.isFolder else { return folders.append(names) }
        // Nobody asks what a large file is that does not say to be an image.
        guard isNamedAsImage || archive.memberByteCount <= limits.fileByteCount else {
            return pass(over: path, "no image")
        }
        let bytes = try archive.contents(maximumByteCount: limits.fileByteCount)
        guard isNamedAsImage || ImageFormat(of: bytes) != nil else {
            return pass(over: path, "no image")
        }
        if contents.updateValue(bytes, forKey: path) != nil {
            pass(over: path, "a later member of the archive has the same name")
        }
    }

    private mutating func pass(over path: String, _ reason: String) {
        passedOver.append(.init(path: path, reason: reason))
    }
}
