/// The files that a survey looks at, and where each belongs.
struct ImageList {
    struct File: Sendable {
        /// From the folder, the archive or the table's folder on, or absolute.
        let path: String
        let place: FolderLayout.Place
    }

    /// Where the files are.
    var contents: ImageContents
    var files: [File]
    /// Where folders of classes lie, which have to hold an image.
    var classFolders: [FolderLayout.Place] = []
    /// What is not looked at, and why.
    var passedOver: [ImageFolderSurvey.Remark] = []
    /// Whether files belong to parts.
    var isDivided: Bool
    /// Whether somebody named each file, so that none is passed over.
    var isNamed = false
}

extension ImageList {
    /// All files of a folder or an archive.
    ///
    /// - Throws: ``DatasetError`` of code `fileNotFound` where there is neither, and as for each.
    init(of path: String, limits: ImageFolder.Limits) throws {
        guard let kind = FileKind(at: path) else {
            throw DatasetError(.fileNotFound, file: path, "there is no such folder or archive")
        }
        self =
            try kind == .folder ? ImageList(folder: path) : ImageList(archive: path, limits: limits)
    }

    /// All files of a folder.
    ///
    /// - Throws: ``DatasetError`` where a folder cannot be listed or a name is not UTF-8.
    init(folder: String) throws {
        let walk = try FolderWalk(folder)
        let layout = FolderLayout(of: walk.files)
        self.init(
            contents: .folder(folder),
            files: walk.files.map {
                File(path: $0.joined(separator: "/"), place: layout.place(of: $0))
            }, classFolders: walk.folders.map { layout.place(of: $0 + [""]) },
            passedOver: walk.passedOver.map { .init(path: $0.path, reason: $0.reason) },
            isDivided: layout.isDivided)
    }

    /// The files that a table names.
    ///
    /// - Throws: ``DatasetError`` where the table cannot be read or lacks a column.
    init(table path: String) throws {
        let table = try ImageTable(path)
        let files = table.rows.map { row in
            guard let part = row.part else {
                return File(path: row.path, place: .nowhere(row.flaw))
            }
            return File(
                path: row.path,
                place: .image(part: part, folder: row.partName, className: row.label))
        }
        self.init(
            contents: .folder(path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."),
            files: files, isDivided: table.hasParts, isNamed: true)
    }
}
