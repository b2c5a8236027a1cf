import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// How well each class is told, and what it is taken for.
struct ClassesSection: ReportSection {
    let title = "Classes"
    private let subject: ReportSubject
    private let evaluation: Evaluation

    init(_ subject: ReportSubject, _ findings: ReportFindings) {
        (self.subject, evaluation) = (subject, findings.evaluation)
    }

    private var names: [String] { subject.trained.classNames }

    private var exitNames: [String] { subject.network.exitNames }

    var body: [Markup] {
        let listed = evaluation.listedClasses
        let rows = listed.map { row(label: $0, evaluation.classes[$0]) }
        return [
            .remark(
                "Balanced accuracy, the mean over the classes of what is right of each: "
                    + Format.percent(evaluation.balancedAccuracy))
        ] + fold(listed.count) + [
            .table(
                "Classes",
                heading: ["class", "images", "right", "95 % interval"]
                    + exitNames.map { "leave at \($0)" } + ["taken for"],
                rows: rows),
            .remark(
                "Each image answered where it leaves. “Taken for” is the commonest wrong answer, "
                    + "and how often it was given."),
        ]
    }

    /// That some classes are left out, if any are.
    private func fold(_ count: Int) -> [Markup] {
        guard count < names.count else { return [] }
        return [
            .remark(
                "These are the \(count) of \(Format.grouped(names.count)) classes that are least "
                    + "often right; --csv has all.")
        ]
    }

    private func row(label: Int, _ counts: ExitCounts) -> [Markup] {
        let rates = counts.exitRates.map { counts.samples == 0 ? "-" : Format.percent($0) }
        let cells =
            [
                names[label], Format.grouped(counts.samples), Format.percent(counts.accuracy),
                Format.percents(counts.accuracyInterval),
            ] + rates + [mistake(of: label)]
        return cells.map(Markup.init(text:))
    }

    private func mistake(of label: Int) -> String {
        guard let mistake = evaluation.confusion.commonestMistake(ofClass: label) else {
            return "-"
        }
        return "\(names[mistake.answer]) (\(Format.grouped(mistake.count)))"
    }

    static let tableKind = CSVTable.Kind(
        name: "classes", columns: ["class", "images", "accuracy", "low", "high"], isOpen: true)
    static let confusionKind = CSVTable.Kind(
        name: "confusion", columns: ["class"], isOpen: true)

    var tables: [CSVTable] {
        let classes = CSVTable(
            Self.tableKind, more: exitNames.indices.map { "exitRate\($0)" },
            rows: zip(names, evaluation.classes).map { name, counts in
                let interval = counts.accuracyInterval
                return [
                    name, "\(counts.samples)", CSVTable.field(counts.accuracy),
                    CSVTable.field(interval?.low), CSVTable.field(interval?.high),
                ] + counts.exitRates.map { "\($0)" }
            })
        let confusion = CSVTable(
            Self.confusionKind, more: names,
            rows: zip(names, evaluation.confusion.rows).map { [$0] + $1.map { "\($0)" } })
        return [classes, confusion]
    }
}
