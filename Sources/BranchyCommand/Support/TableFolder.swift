import BranchyNet
import BranchyReport

/// A folder that tables are written to, each as a file of its own.
struct TableFolder {
    private let path: String
    private let options: ReplacementOptions

    init(_ path: String, _ options: ReplacementOptions) {
        (self.path, self.options) = (path, options)
    }

    /// Makes the folder where it is not there, and makes sure that tables may be written to it,
    /// before anything that takes long.
    ///
    /// - Throws: `ModelError` of code `unwritable`.
    func check(_ kinds: [CSVTable.Kind]) throws {
        try OutputFolder.make(path)
        for kind in kinds { try OutputFile(path: path, kind, options).check() }
    }

    /// Writes the tables.
    ///
    /// - Throws: `ModelError` of code `unwritable`; each file is the old or the new one then.
    func write(_ tables: [CSVTable]) throws {
        for table in tables {
            try OutputFile(path: path, table.kind, options).write(table.text)
        }
    }
}

extension OutputFile {
    /// The file of a table in a folder.
    fileprivate init(path folder: String, _ kind: CSVTable.Kind, _ options: ReplacementOptions) {
        self.init("\(folder)/\(kind.name).csv", .table(kind), options)
    }
}

extension OutputFile.Kind {
    /// A table for other tools.
    static func table(_ kind: CSVTable.Kind) -> Self {
        Self(title: "a table of this kind", beginning: kind.beginning)
    }
}
