import BranchyNet
import Foundation

/// Writes answers to standard output, one line each: a table for each folder and each file of many
/// images, and one for pictures that were named one after the other.
struct AnswerStream {
    private static let headings = ["image", "class", "exit", "entropy", "probability", "latency"]

    private let isJSON: Bool
    private let certification: Certification
    private let encoder: JSONEncoder
    private var isAmongPictures = false
    private var isWarned = false

    init(asJSON isJSON: Bool, _ certification: Certification) {
        self.isJSON = isJSON
        self.certification = certification
        encoder = .branchyNet
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    mutating func begin(_ group: ImageGroup) throws {
        let continuesTable = group.isPicture && isAmongPictures
        isAmongPictures = group.isPicture
        guard !isJSON, !continuesTable else { return }
        let title = group.isPicture ? "" : group.path.onOneLine + "\n"
        let ending = group.isFolder || group.isPicture ? "  file" : ""
        try StandardOutput.write(title + row(Self.headings) + ending + "\n")
    }

    mutating func write(_ answer: Answer, in group: ImageGroup) throws {
        if !answer.finite { warn(of: answer) }
        var answer = answer
        answer.certification = certification
        let ending = group.isFolder || group.isPicture ? "  " + group.name(of: answer.file) : ""
        let line =
            isJSON
            ? String(decoding: try encoder.encode(answer), as: UTF8.self)
            : row(answer.columns) + ending.onOneLine
        try StandardOutput.write(line + "\n")
    }

    /// Once: where one answer is not finite, most are not, and each is marked.
    private mutating func warn(of answer: Answer) {
        guard !isWarned else { return }
        isWarned = true
        StandardError.write(
            "warning: \(answer.file): the logits of exit \(answer.exit + 1) are NaN or infinite for "
                + "image \(answer.image), so this answer means nothing, nor does any other that is "
                + "marked as not finite; were the model's parameters damaged?\n")
    }

    private func row(_ columns: [String]) -> String {
        let widths = [6, 10, 10, 7, 11, 9]
        return columns.map(\.onOneLine).enumerated().map { index, text in
            let width = index < widths.count ? widths[index] : 11
            return String(repeating: " ", count: max(0, width - text.count)) + text
        }.joined(separator: "  ")
    }
}
