/// Text in lines of fields that are separated by commas, semicolons or tabs, as its first line is. A
/// field with a separator, a quote or a line break in it stands in quotes (RFC 4180); spaces around one
/// that does not, mean nothing. Lines end as on any system, and empty ones mean nothing.
struct SeparatedText {
    /// A line that is not empty.
    struct Line {
        /// Counted from 1, as editors do.
        let number: Int
        let fields: [String]
    }

    private(set) var lines: [Line] = []
    private let separator: UInt8
    private var fields: [String] = []
    private var field: [UInt8] = []
    private var lineNumber = 1
    /// Where the line began whose fields are being read.
    private var startNumber = 1
    private var isQuoted = false
    /// Whether the field stands in quotes, or did before they ended.
    private var hasQuotes = false
    private var previous: UInt8 = 0

    /// Reads a text.
    ///
    /// - Parameter path: the file, for errors.
    /// - Throws: ``DatasetError`` of code `malformedFile` where a quote is not closed.
    init(_ text: String, _ path: String) throws {
        separator = Self.separator(of: text)
        for byte in text.utf8 { take(byte) }
        guard !isQuoted else {
            throw DatasetError(
                .malformedFile, file: path, "ends within quotes", expected: "a quote at their end",
                found: "none for those in line \(startNumber)")
        }
        endLine()
    }

    private mutating func take(_ byte: UInt8) {
        defer { previous = byte }
        let isEnd = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
        let isSecondOfTwo = byte == UInt8(ascii: "\n") && previous == UInt8(ascii: "\r")
        if isEnd, !isSecondOfTwo { lineNumber += 1 }
        switch byte {
        case UInt8(ascii: "\"") where isQuoted: isQuoted = false
        case _ where isQuoted: field.append(byte)
        case UInt8(ascii: "\""):
            // Two in a row stand for one.
            if hasQuotes, previous == byte { field.append(byte) }
            if !hasQuotes, field.allSatisfy(Self.isSpace) { field.removeAll() }
            (isQuoted, hasQuotes) = (true, true)
        case separator: endField()
        case _ where isEnd: if !isSecondOfTwo { endLine() }
        // What stands beside quotes is not within them.
        case _ where hasQuotes && Self.isSpace(byte): break
        default: field.append(byte)
        }
    }

    private mutating func endField() {
        if !hasQuotes {
            while let last = field.last, Self.isSpace(last) { field.removeLast() }
        }
        fields.append(
            String(
                decoding: hasQuotes ? field[...] : field.drop(while: Self.isSpace), as: UTF8.self))
        field.removeAll(keepingCapacity: true)
        hasQuotes = false
    }

    private mutating func endLine() {
        endField()
        if fields != [""] { lines.append(Line(number: startNumber, fields: fields)) }
        fields = []
        startNumber = lineNumber
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    /// What stands between the fields of the first line that is not empty.
    private static func separator(of text: String) -> UInt8 {
        let ends: Set = [UInt8(ascii: "\n"), UInt8(ascii: "\r")]
        let headings = text.utf8.drop(while: ends.contains).prefix { !ends.contains($0) }
        return [UInt8(ascii: "\t"), UInt8(ascii: ";")].first(where: headings.contains)
            ?? UInt8(ascii: ",")
    }
}

extension SeparatedText {
    /// A line of fields, separated by commas.
    static func line(_ fields: [String]) -> String {
        fields.map { field in
            let isPlain =
                field.utf8.allSatisfy { !"\",;".utf8.contains($0) && $0 >= 0x20 }
                && field.utf8.first != UInt8(ascii: " ") && field.utf8.last != UInt8(ascii: " ")
            return isPlain ? field : "\"" + field.replacing("\"", with: "\"\"") + "\""
        }.joined(separator: ",") + "\n"
    }
}
