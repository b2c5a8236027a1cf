import BranchyNet

extension AnswerLines {
    private static let headings = ["image", "class", "exit", "entropy", "probability", "latency"]
    private static let widths = [6, 10, 10, 7, 11, 9]
    private static let widthOfOthers = 11
    /// Which column is the time that an answer took; what every exit says took none of its own.
    private static let latencyColumn = 5

    private static let microseconds = PrintedText(" µs")
    private static let notFinite = PrintedText("not finite")
    private static let unsure = PrintedText("unsure")
    private static let nothing = PrintedText("")

    /// The first line of a table; JSON has none.
    ///
    /// - Parameters:
    ///   - title: stands in a line above it.
    ///   - namesFiles: whether there is a column for them.
    func heading(_ title: String?, namesFiles: Bool) -> [UInt8] {
        guard !style.isJSON else { return [] }
        var lines = self
        lines.bytes = []
        if let title { lines.bytes.append(contentsOf: (title.onOneLine + "\n").utf8) }
        let last = style.hasEveryExit ? Self.latencyColumn : Self.headings.count
        for (column, text) in Self.headings.prefix(last).enumerated() {
            lines.append(PrintedText(text), in: column)
        }
        lines.bytes.append(contentsOf: (namesFiles ? "  file\n" : "\n").utf8)
        return lines.bytes
    }

    /// Columns of fixed width, because answers are printed as they come.
    mutating func appendRow(_ answer: Answer) {
        appendCell(in: 0) { $0.append(decimal: answer.image.magnitude) }
        append(answer.isUnsure ? Self.unsure : classes[answer.predictedClass], in: 1)
        append(exits[answer.exit], in: 2)
        appendCell(in: 3) { $0.append(Double(answer.entropy), digits: 4) }
        appendCell(in: 4) { $0.append(Double(answer.probability), digits: 4) }
        if !style.hasEveryExit {
            appendCell(in: Self.latencyColumn, endingIn: Self.microseconds) {
                $0.append(answer.latencyMicroseconds, digits: 1)
            }
        }
        for (place, candidate) in answer.top.dropFirst().enumerated() {
            let name = classes[candidate.index]
            appendCell(in: 6 + place, after: name) {
                $0.append(UInt8(ascii: " "))
                $0.append(Double(candidate.probability) * 100, digits: 2)
                $0.append(contentsOf: " %".utf8)
            }
        }
        if !answer.isFinite { append(Self.notFinite, in: 5 + max(answer.top.count, 1)) }
        bytes.append(contentsOf: file)
    }

    private mutating func append(_ text: PrintedText, in column: Int) {
        appendPadding(of: text.width, in: column)
        bytes.append(contentsOf: text.plain)
    }

    /// Appends a cell of ASCII, to which other texts may be joined.
    private mutating func appendCell(
        in column: Int, after start: PrintedText = nothing, endingIn end: PrintedText = nothing,
        _ write: (inout [UInt8]) -> Void
    ) {
        cell.removeAll(keepingCapacity: true)
        write(&cell)
        appendPadding(of: start.width + cell.count + end.width, in: column)
        bytes.append(contentsOf: start.plain)
        bytes.append(contentsOf: cell)
        bytes.append(contentsOf: end.plain)
    }

    private mutating func appendPadding(of width: Int, in column: Int) {
        let known = column < Self.widths.count ? Self.widths[column] : Self.widthOfOthers
        let padding = max(0, known - width) + (column > 0 ? 2 : 0)
        for _ in 0..<padding { bytes.append(UInt8(ascii: " ")) }
    }
}
