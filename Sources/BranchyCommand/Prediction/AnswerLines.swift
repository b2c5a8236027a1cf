import BranchyNet
import BranchyWorkflow

/// Answers as they are printed, a line each: of a table, or JSON objects.
///
/// What does not change from answer to answer is made once: the texts of classes and exits here,
/// that of a file when its first answer comes.
package struct AnswerLines {
    private static let headings = ["image", "class", "exit", "entropy", "probability", "latency"]
    private static let widths = [6, 10, 10, 7, 11, 9]
    private static let widthOfOthers = 11

    private let isJSON: Bool
    private let classes: [Text]
    private let exits: [Text]
    private let certification: [UInt8]
    private var file: [UInt8] = []
    private var cell: [UInt8] = []
    /// The lines that were not taken yet.
    package var bytes: [UInt8] = []

    /// Lines without any answer.
    ///
    /// - Parameters:
    ///   - exits: their names, as many as the network has.
    ///   - certification: whether the model's certificate holds for this use of it.
    package init(
        asJSON isJSON: Bool, classes: [String], exits: [String], certification: String
    ) {
        self.isJSON = isJSON
        self.classes = classes.map { Text($0) }
        self.exits = exits.enumerated().map { exit, name in
            Text(isJSON || name == "final exit" ? name : "exit \(exit + 1)")
        }
        self.certification = Text(certification).json
    }

    /// Whether the lines need to know the most probable classes beside the answer.
    func needsRanking(of count: Int) -> Bool { isJSON || count > 1 }

    /// Sets the file of the answers to come.
    ///
    /// - Parameter column: what a table calls it; `nil` where its heading does.
    package mutating func begin(file path: String, column: @autoclosure () -> String?) {
        file.removeAll(keepingCapacity: true)
        if isJSON {
            file.append(json: path)
            // Names of plain letters, as most are, have nothing to be escaped.
            if path.onOneLine != path { file = Text(path).json }
        } else if let column = column() {
            file.append(contentsOf: "  ".utf8)
            file.append(contentsOf: column.onOneLine.utf8)
        }
    }

    /// Appends the first line of a table; JSON has none.
    ///
    /// - Parameters:
    ///   - title: stands in a line above it.
    ///   - namesFiles: whether there is a column for them.
    mutating func appendHeading(_ title: String?, namesFiles: Bool) {
        guard !isJSON else { return }
        if let title { bytes.append(contentsOf: (title.onOneLine + "\n").utf8) }
        for (column, text) in Self.headings.enumerated() { append(Text(text), in: column) }
        bytes.append(contentsOf: (namesFiles ? "  file\n" : "\n").utf8)
    }

    /// Appends the line of an answer.
    package mutating func append(_ answer: Answer) {
        if isJSON { appendObject(answer) } else { appendRow(answer) }
        bytes.append(UInt8(ascii: "\n"))
    }
}

// MARK: - JSON

extension AnswerLines {
    /// Keys stand in alphabetical order.
    private mutating func appendObject(_ answer: Answer) {
        append("{\"certification\":", certification)
        append(",\"class\":", answer.predictedClass)
        append(",\"className\":", classes[answer.predictedClass].json)
        append(",\"entropy\":", answer.entropy)
        append(",\"exit\":", answer.exit)
        append(",\"exitName\":", exits[answer.exit].json)
        append(",\"file\":", file)
        append(answer.isFinite ? ",\"finite\":true" : ",\"finite\":false", [])
        append(",\"image\":", answer.image)
        append(",\"latencyMicroseconds\":", answer.latencyMicroseconds)
        append(",\"probability\":", answer.probability)
        append(",\"top\":[", [])
        for (place, candidate) in answer.top.enumerated() {
            append(place == 0 ? "{\"class\":" : ",{\"class\":", candidate.index)
            append(",\"className\":", classes[candidate.index].json)
            append(",\"probability\":", candidate.probability)
            append("}", [])
        }
        append("]}", [])
    }

    private mutating func append(_ key: StaticString, _ value: [UInt8]) {
        // Safety: the bytes of a literal last as long as the program.
        bytes.append(
            contentsOf: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
        bytes.append(contentsOf: value)
    }

    private mutating func append(_ key: StaticString, _ number: Int) {
        append(key, [])
        bytes.append(decimal: number.magnitude)
    }

    private mutating func append(
        _ key: StaticString, _ number: some BinaryFloatingPoint & CustomStringConvertible
    ) {
        append(key, [])
        bytes.append(json: number)
    }
}

// MARK: - Tables

extension AnswerLines {
    /// Columns of fixed width, because answers are printed as they come.
    private mutating func appendRow(_ answer: Answer) {
        appendCell(in: 0) { $0.append(decimal: answer.image.magnitude) }
        append(classes[answer.predictedClass], in: 1)
        append(exits[answer.exit], in: 2)
        appendCell(in: 3) { $0.append(Double(answer.entropy), digits: 4) }
        appendCell(in: 4) { $0.append(Double(answer.probability), digits: 4) }
        appendCell(in: 5, endingIn: Self.microseconds) {
            $0.append(answer.latencyMicroseconds, digits: 1)
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

    private static let microseconds = Text(" µs")
    private static let notFinite = Text("not finite")
    private static let nothing = Text("")

    private mutating func append(_ text: Text, in column: Int) {
        appendPadding(of: text.width, in: column)
        bytes.append(contentsOf: text.plain)
    }

    /// Appends a cell of ASCII, to which other texts may be joined.
    private mutating func appendCell(
        in column: Int, after start: Text = nothing, endingIn end: Text = nothing,
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

/// A text in the forms in which it is printed, with whatever a terminal would obey escaped.
private struct Text {
    let plain: [UInt8]
    let json: [UInt8]
    /// How many characters it has.
    let width: Int

    init(_ text: String) {
        var json: [UInt8] = []
        json.append(json: text)
        self.json = Array(String(decoding: json, as: UTF8.self).escapedForTerminal.utf8)
        let plain = text.onOneLine
        (self.plain, width) = (Array(plain.utf8), plain.count)
    }
}
