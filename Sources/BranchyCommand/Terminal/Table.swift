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
            rows.map { column < $0.count ? $0[column].terminalWidth : 0 }.max() ?? 0
        }
        return rows.map { row in
            var line = zip(row, zip(alignments, widths)).map { text, column in
                let padding = String(repeating: " ", count: column.1 - text.terminalWidth)
                return column.0 == .left ? text + padding : padding + text
            }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}

extension String {
    /// How many columns of a terminal it takes: kana, hanzi, hangul and most emoji take two each.
    ///
    /// Source: the ranges of Unicode's `EastAsianWidth.txt` that are wide or full, in broad strokes.
    package var terminalWidth: Int {
        guard !utf8.allSatisfy({ $0 < 0x80 }) else { return count }
        return reduce(0) { $0 + ($1.isWide ? 2 : 1) }
    }
}

extension Character {
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF,
        0x20000...0x3FFFD,
    ]

    fileprivate var isWide: Bool {
        let first = unicodeScalars.first?.value ?? 0
        return Self.wide.contains { $0.contains(first) }
    }
}
