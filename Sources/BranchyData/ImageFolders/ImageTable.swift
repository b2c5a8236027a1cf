import BranchyNet

/// A table of pictures and what is on them: CSV or TSV, a row for each, headings first.
///
///     path,label,part
///     img/001.jpg,cat,train
///     img/002.jpg,"dog, small",test
///
/// Paths count from the table's folder. The part may be missing. Fields are separated by commas,
/// semicolons or tabs, as the headings are; one with a separator, a quote or a line break in it
/// stands in quotes (RFC 4180).
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
    private static let pathNames = ["path", "file", "filename", "image"]
    private static let labelNames = ["label", "class", "category"]
    private static let partNames = ["part", "split", "set"]

    private(set) var rows: [Row] = []
    let hasParts: Bool

    /// Reads a table.
    ///
    /// - Throws: ``DatasetError`` where there is none, it is not UTF-8, or a column is missing.
    init(_ path: String) throws {
        let lines = try Self.fields(of: Self.text(of: path), path)
        let headings = (lines.first ?? []).map {
            $0.lowercased().filter { !$0.isWhitespace }
        }
        func column(_ names: [String]) -> Int? { headings.firstIndex { names.contains($0) } }
        guard let pathColumn = column(Self.pathNames), let labelColumn = column(Self.labelNames)
        else {
            throw DatasetError(
                .invalidDataset, file: path, "has no headings that name its columns",
                expected: "a line such as path,label or path,label,part",
                found: headings.prefix(8).joined(separator: ", "))
        }
        let partColumn = column(Self.partNames)
        hasParts = partColumn != nil
        var lineOfPath: [String: Int] = [:]
        for (index, fields) in lines.enumerated().dropFirst() where fields != [""] {
            func field(_ column: Int?) -> String {
                column.flatMap { $0 < fields.count ? fields[$0] : nil } ?? ""
            }
            let name = field(pathColumn)
            let earlier = lineOfPath.updateValue(index + 1, forKey: name)
            rows.append(
                Self.row(
                    name, field(labelColumn), partColumn.map { field($0) }, line: index + 1, earlier
                ))
        }
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

    /// The fields of each line.
    private static func fields(of text: String, _ path: String) throws -> [[String]] {
        let separator = separator(of: text)
        var (lines, fields, field): ([[String]], [String], [UInt8]) = ([], [], [])
        var (isQuoted, wasQuote) = (false, false)
        func take() {
            fields.append(String(decoding: field, as: UTF8.self))
            field.removeAll(keepingCapacity: true)
        }
        for byte in text.utf8 {
            if isQuoted, byte == UInt8(ascii: "\"") {
                (isQuoted, wasQuote) = (false, true)
            } else if isQuoted {
                field.append(byte)
            } else if byte == UInt8(ascii: "\"") {
                // Two in a row stand for one.
                if wasQuote { field.append(byte) }
                (isQuoted, wasQuote) = (true, false)
            } else if byte == separator {
                take()
                wasQuote = false
            } else if byte == UInt8(ascii: "\n") {
                if field.last == UInt8(ascii: "\r") { field.removeLast() }
                take()
                lines.append(fields)
                (fields, wasQuote) = ([], false)
            } else {
                field.append(byte)
            }
        }
        guard !isQuoted else {
            throw DatasetError(
                .malformedFile, file: path, "ends within quotes", expected: "a quote at their end")
        }
        take()
        if fields != [""] { lines.append(fields) }
        return lines
    }

    /// What stands between the headings.
    private static func separator(of text: String) -> UInt8 {
        let headings = text.utf8.prefix { $0 != UInt8(ascii: "\n") }
        return [UInt8(ascii: "\t"), UInt8(ascii: ";")].first(where: headings.contains)
            ?? UInt8(ascii: ",")
    }
}
