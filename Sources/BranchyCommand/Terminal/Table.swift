/// Rows of text in aligned columns.
struct Table {
    /// On which side a column's texts line up.
    enum Alignment {
        case left
        case right
    }

    private let alignments: [Alignment]
    private var rows: [[String]] = []

    init(_ alignments: [Alignment]) {
        self.alignments = alignments
    }

    /// Adds a row; texts beyond the last column are left out.
    mutating func add(_ row: [String]) {
        rows.append(row.map(\.onOneLine))
    }

    /// The table, two spaces between columns, a line break after each row.
    var text: String {
        let widths = alignments.indices.map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            var line = zip(row, zip(alignments, widths)).map { text, column in
                let padding = String(repeating: " ", count: column.1 - text.count)
                return column.0 == .left ? text + padding : padding + text
            }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
