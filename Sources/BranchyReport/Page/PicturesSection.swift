import BranchyData
import BranchyEvaluation
import BranchyNet
import BranchyWorkflow
import Foundation

/// Easy and hard images, by the exit at which they left.
struct PicturesSection: ReportSection {
    /// An image, and what was said of it.
    private struct Picture {
        let index: Int
        let label: Int
        let answer: ExitObservation
        /// PNG in base 64.
        let png: String
    }

    /// The images of an exit.
    private struct Gallery {
        let surest: [Picture]
        let leastSure: [Picture]
    }

    private static let count = 8

    let title = "Easy and hard images"
    private let subject: ReportSubject
    private let findings: ReportFindings
    /// By exit.
    private let galleries: [Gallery]

    /// - Throws: `DatasetError` where an image cannot be written as PNG.
    init<Split: DataSplit>(
        _ subject: ReportSubject, _ findings: ReportFindings, _ record: ExitRecord<Split>,
        _ split: Split
    ) throws {
        (self.subject, self.findings) = (subject, findings)
        var left = Array(
            repeating: [(index: Int, answer: ExitObservation)](), count: record.exitCount)
        for index in 0..<record.count {
            let answer = record.replay(findings.policy.policy, sample: index)
            left[answer.exit].append((index, answer))
        }
        galleries = try left.map { left in
            let order = left.sorted {
                ($0.answer.entropy, $0.index) < ($1.answer.entropy, $1.index)
            }
            let picture = { (sample: (index: Int, answer: ExitObservation)) in
                Picture(
                    index: sample.index, label: split.label(at: sample.index),
                    answer: sample.answer, png: try PictureFile(split, at: sample.index).base64)
            }
            let surest = order.prefix(Self.count)
            return Gallery(
                surest: try surest.map(picture),
                leastSure: try order.dropFirst(surest.count).suffix(Self.count).reversed()
                    .map(picture))
        }
    }

    var body: [Markup] {
        galleries.enumerated().flatMap { exit, gallery -> [Markup] in
            let heading = Markup("h3", text: subject.network.exitTitles[exit])
            guard !gallery.surest.isEmpty else {
                return [heading, .remark("No image leaves here.")]
            }
            return [heading] + list("surest", gallery.surest)
                + list("least sure", gallery.leastSure)
        } + [
            .remark(
                "The \(findings.images) that leave at each exit, by the entropy of the answer. "
                    + "Below each: its class, and where the answer is another, that.")
        ]
    }

    private func list(_ name: String, _ pictures: [Picture]) -> [Markup] {
        guard !pictures.isEmpty else { return [] }
        return [
            Markup("h4", text: name), Markup("ul", ["class": "pictures"], pictures.map(item)),
        ]
    }

    private func item(_ picture: Picture) -> Markup {
        let names = subject.trained.classNames
        let (label, answer) = (names[picture.label], names[picture.answer.predictedClass])
        let isRight = picture.label == picture.answer.predictedClass
        let entropy = Format.fixed(Double(picture.answer.entropy), digits: 3)
        return Markup(
            "li", ["class": isRight ? "right" : "wrong"],
            [
                Markup(
                    "img",
                    [
                        "src": "data:image/png;base64,\(picture.png)", "width": "56",
                        "height": "56",
                        "alt": "image \(picture.index): \(label), answered \(answer)",
                        "title": "image \(picture.index), entropy \(entropy)",
                    ]),
                Markup("span", text: isRight ? label : "\(label) ✗ \(answer)"),
            ])
    }

    static let tableKind = CSVTable.Kind(
        name: "images", columns: ["exit", "kind", "image", "class", "answer", "entropy"])

    var tables: [CSVTable] {
        let rows = galleries.flatMap { gallery in
            gallery.surest.map { row("surest", $0) }
                + gallery.leastSure.map { row("least sure", $0) }
        }
        return [
            CSVTable(Self.tableKind, rows: rows)
        ]
    }

    private func row(_ kind: String, _ picture: Picture) -> [String] {
        let names = subject.trained.classNames
        return [
            "\(picture.answer.exit)", kind, "\(picture.index)", names[picture.label],
            names[picture.answer.predictedClass], "\(picture.answer.entropy)",
        ]
    }
}
