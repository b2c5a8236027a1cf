/// The files that a survey looks at, and where each belongs.
struct ImageList {
    struct File: Sendable {
        /// From the root on, or absolute.
        let path: String
        let place: FolderLayout.Place
    }

    /// Where paths begin.
    let root: String
    private(set) var files: [File] = []
    /// Where folders of classes lie, which have to hold an image.
    private(set) var classFolders: [FolderLayout.Place] = []
    /// What is not looked at, and why.
    private(set) var passedOver: [ImageFolderSurvey.Remark] = []
    /// Whether files belong to parts.
    let isDivided: Bool
    /// Whether somebody named each file, so that none is passed over.
    let isNamed: Bool

    /// All files of a folder.
    ///
    /// - Throws: ``DatasetError`` where a folder cannot be listed or a name is not UTF-8.
    init(folder: String) throws {
        let walk = try FolderWalk(folder)
        let layout = FolderLayout(of: walk.files)
        root = folder
        files = walk.files.map {
            File(path: $0.joined(separator: "/"), place: layout.place(of: $0))
        }
        classFolders = walk.folders.map { layout.place(of: $0 + [""]) }
        passedOver = walk.passedOver.map { .init(path: $0.path, reason: $0.reason) }
        (isDivided, isNamed) = (layout.isDivided, false)
    }

    /// The files that a table names.
    ///
    /// - Throws: ``DatasetError`` where the table cannot be read or lacks a column.
    init(table path: String) throws {
        let table = try ImageTable(path)
        root = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        isDivided = table.hasParts
        isNamed = true
        files = table.rows.map { row in
            guard let part = row.part else {
                return File(path: row.path, place: .nowhere(row.flaw))
            }
            return File(
                path: row.path,
                place: .image(part: part, folder: row.partName, className: row.label))
        }
    }

    /// Where a file is.
    func location(of file: File) -> String {
        file.path.hasPrefix("/") ? file.path : root + "/" + file.path
    }
}
