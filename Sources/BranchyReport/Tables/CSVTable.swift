/// A table as comma-separated values (RFC 4180, with plain line feeds).
package struct CSVTable: Sendable {
    package let kind: Kind
    private let rows: [[String]]

    package init(_ name: String, heading: [String], rows: [[String]]) {
        self.init(Kind(name: name, columns: heading), rows: rows)
    }

    /// - Parameter more: columns that not every table of the kind has.
    package init(_ kind: Kind, more: [String] = [], rows: [[String]]) {
        self.kind = kind
        self.rows = [kind.columns + more] + rows
    }

    /// What the file holds.
    package var text: String {
        rows.map { Self.line($0) + "\n" }.joined()
    }

    /// A number as a field; empty where there is none.
    package static func field(_ number: Double?) -> String { number.map { "\($0)" } ?? "" }

    private static func line(_ fields: [String]) -> String {
        fields.map(quoted).joined(separator: ",")
    }

    private static func quoted(_ field: String) -> String {
        // By scalars: a line feed after a carriage return, or a quote before a combining mark, is no
        // character of its own.
        let scalars = field.unicodeScalars
        guard scalars.contains(where: { ",\"\n\r".unicodeScalars.contains($0) }) else {
            return field
        }
        var quoted = "\""
        for scalar in scalars {
            quoted.unicodeScalars.append(contentsOf: scalar == "\"" ? [scalar, scalar] : [scalar])
        }
        quoted.unicodeScalars.append("\"")
        return quoted
    }
}

extension CSVTable {
    /// Tables of one name and meaning.
    package struct Kind: Sendable {
        /// The file's name, without its ending.
        package let name: String
        /// The columns that every table of the kind begins with.
        package let columns: [String]
        /// Whether a table may have more, such as one for each exit.
        package var isOpen = false

        /// What the file of every table of this kind begins with.
        package var beginning: String { CSVTable.line(columns) + (isOpen ? "," : "\n") }
    }
}
