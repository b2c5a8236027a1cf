import BranchyNet
import BranchyWorkflow

/// Answers as they are printed, a line each: of a table, or JSON objects.
///
/// What does not change from answer to answer is made once: the texts of classes and exits here,
/// that of a file when its first answer comes.
package struct AnswerLines {
    /// What the lines tell beside the answers themselves.
    package struct Style {
        /// Whether they are JSON objects.
        package var isJSON = false
        /// Whether every exit says its own, instead of the one where the policy lets an image leave.
        package var hasEveryExit = false
        /// Whether answers may be unsure.
        package var judges = false

        package init(
            isJSON: Bool = false, hasEveryExit: Bool = false, judges: Bool = false
        ) {
            (self.isJSON, self.hasEveryExit) = (isJSON, hasEveryExit)
            self.judges = judges
        }
    }

    let style: Style
    let classes: [PrintedText]
    let exits: [PrintedText]
    let certification: [UInt8]
    private(set) var file: [UInt8] = []
    /// Where a cell of a table is put together.
    var cell: [UInt8] = []
    /// How many exits the object in hand has told of.
    var toldExits = 0
    /// The lines that were not taken yet.
    package var bytes: [UInt8] = []

    /// Lines without any answer.
    ///
    /// - Parameters:
    ///   - exits: their names, as many as the network has.
    ///   - certification: whether the model's certificate holds for this use of it.
    package init(_ style: Style, classes: [String], exits: [String], certification: String) {
        self.style = style
        self.classes = classes.map { PrintedText($0) }
        self.exits = exits.enumerated().map { exit, name in
            PrintedText(style.isJSON || name == "final exit" ? name : "exit \(exit + 1)")
        }
        self.certification = PrintedText(certification).json
    }

    /// Whether the lines need to know the most probable classes beside the answer.
    func needsRanking(of count: Int) -> Bool { style.isJSON || count > 1 }

    /// Sets the file of the answers to come.
    ///
    /// - Parameter column: what a table calls it; `nil` where its heading does.
    package mutating func begin(file path: String, column: @autoclosure () -> String?) {
        file.removeAll(keepingCapacity: true)
        if style.isJSON {
            file.append(json: path)
            // Names of plain letters, as most are, have nothing to be escaped.
            if path.onOneLine != path { file = PrintedText(path).json }
        } else if let column = column() {
            file.append(contentsOf: "  ".utf8)
            file.append(contentsOf: column.onOneLine.utf8)
        }
    }

    /// Appends the line of an answer.
    package mutating func append(_ answer: Answer) {
        if style.isJSON { appendObject(answer) } else { appendRow(answer) }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Appends the line that stands for the answers that a file has not. A table has none: what is
    /// no result goes to standard error.
    mutating func append(_ file: UnansweredFile) {
        guard style.isJSON else { return }
        append("{\"error\":", PrintedText(file.reason).json)
        append(",\"file\":", PrintedText(file.path).json)
        append("}\n", [])
    }
}

// MARK: - Every exit

extension AnswerLines {
    /// Begins with what every exit says about an image: one object, or a row for each.
    package mutating func beginExits() {
        toldExits = 0
        if style.isJSON { append("{\"exits\":[", []) }
    }

    /// Appends what one exit says.
    package mutating func append(exit answer: Answer) {
        if style.isJSON {
            if toldExits > 0 { append(",", []) }
            appendExit(answer)
        } else {
            appendRow(answer)
            bytes.append(UInt8(ascii: "\n"))
        }
        toldExits += 1
    }

    /// Ends with an image, given which one of its file it is.
    package mutating func endExits(ofImage image: Int) {
        guard style.isJSON else { return }
        append("],\"file\":", file)
        append(",\"image\":", image)
        append("}\n", [])
    }
}
