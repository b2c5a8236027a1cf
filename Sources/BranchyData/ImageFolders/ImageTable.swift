import BranchyNet

/// A table of pictures and what is on them: CSV or TSV, a row for each, headings first.
///
///     path,label,part
///     img/001.jpg,cat,train
///     img/002.jpg,"dog, small",test
///
/// Paths count from the table's folder. The part may be missing. ``SeparatedText`` says how fields are
/// written.
struct ImageTable {
    /// A picture.
    struct Row {
        let path: String
        let label: String
        let partName: String
        /// `nil` where the row cannot be used.
        let part: FolderLayout.Part?
        /// What is wrong with it then.
        let flaw: String
    }

    private static let byteLimit = 1 << 28
    /// As systems have it for the names of folders.
    private static let longestLabel = 255
    private static let pathNames = ["path", "file", "filename", "image"]
    private static let labelNames = ["label", "class", "category"]
    private static let partNames = ["part", "split", "set"]

    private(set) var rows: [Row] = []
    let hasParts: Bool

    /// Reads a table.
    ///
    /// - Throws: ``DatasetError`` where there is none, it is not UTF-8, or a column is missing.
    init(_ path: String) throws {
        let lines = try SeparatedText(Self.text(of: path), path).lines
        let headings = (lines.first?.fields ?? []).map {
            $0.lowercased().filter { !$0.isWhitespace }
        }
        func column(_ names: [String]) -> Int? { headings.firstIndex { names.contains($0) } }
        guard let pathColumn = column(Self.pathNames), let labelColumn = column(Self.labelNames)
        else {
            throw DatasetError(
                .invalidDataset, file: path, "has no headings that name its columns",
                expected: "a line such as path,label or path,label,part",
                found: lines.isEmpty
                    ? "an empty table" : "\(headings.prefix(8).joined(separator: ", ").prefix(200))"
            )
        }
        let partColumn = column(Self.partNames)
        hasParts = partColumn != nil
        var lineOfPath: [String: Int] = [:]
        for line in lines.dropFirst() {
            func field(_ column: Int?) -> String {
                column.flatMap { $0 < line.fields.count ? line.fields[$0] : nil } ?? ""
            }
            let name = field(pathColumn)
            let earlier = lineOfPath.updateValue(line.number, forKey: Self.plainPath(name))
            rows.append(
                Self.row(
                    name, field(labelColumn), partColumn.map { field($0) }, line: line.number,
                    earlier))
        }
    }

    /// A path without what leads nowhere, by which one file is known that two rows write differently.
    private static func plainPath(_ path: String) -> String {
        var names: [Substring] = []
        for name in path.split(separator: "/") where name != "." {
            if name == "..", let last = names.last, last != ".." {
                names.removeLast()
            } else {
                names.append(name)
            }
        }
        return (path.hasPrefix("/") ? "/" : "") + names.joined(separator: "/")
    }

    private static func row(
        _ path: String, _ label: String, _ partName: String?, line: Int, _ earlier: Int?
    ) -> Row {
        let part = partName.map { FolderLayout.Part(folder: $0) } ?? .undivided
        let flaw: String? =
            if path.isEmpty {
                "no path in line \(line)"
            } else if let earlier {
                "two lines, \(earlier) and \(line)"
            } else if label.isEmpty {
                "no label in line \(line)"
            } else if label.utf8.count > longestLabel {
                "a label of \(label.utf8.count) bytes in line \(line); at most \(longestLabel)"
            } else if part == nil {
                "no such part as '\(partName ?? "")' in line \(line); expected train, val or test"
            } else {
                nil
            }
        return Row(
            path: path, label: label, partName: partName ?? "", part: flaw == nil ? part : nil,
            flaw: flaw ?? "")
    }

    private static func text(of path: String) throws -> String {
        let bytes: [UInt8]
        do {
            bytes = try AtomicFile.read(path, limit: byteLimit).withoutByteOrderMark
        } catch let error as ModelError {
            let isMissing = error.code == .missingFile
            throw DatasetError(isMissing ? .fileNotFound : .unreadableFile, error.message)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw DatasetError(
                .malformedFile, file: path, "is not a table", expected: "text in UTF-8")
        }
        return text
    }
}
