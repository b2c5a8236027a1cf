/// A table as comma-separated values (RFC 4180, with plain line feeds).
package struct CSVTable: Sendable {
    /// The file's name, without its ending.
    package let name: String
    private let rows: [[String]]

    package init(_ name: String, heading: [String], rows: [[String]]) {
        self.name = name
        self.rows = [heading] + rows
    }

    /// What the file holds.
    package var text: String {
        rows.map { $0.map(Self.quoted).joined(separator: ",") + "\n" }.joined()
    }

    /// A number as a field; empty where there is none.
    package static func field(_ number: Double?) -> String { number.map { "\($0)" } ?? "" }

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
