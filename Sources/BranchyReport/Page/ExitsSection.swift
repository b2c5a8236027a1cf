import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// Where images leave, all of them and by class.
struct ExitsSection: ReportSection {
    /// More classes than these are no longer a figure.
    private static let classLimit = 20

    let title = "Where images leave"
    private let subject: ReportSubject
    private let findings: ReportFindings
    private let work: [Int]

    /// - Throws: `NetworkError` where the network is none.
    init(_ subject: ReportSubject, _ findings: ReportFindings) throws {
        (self.subject, self.findings) = (subject, findings)
        work = try ExitCosts(of: subject.network).multiplyAccumulates
    }

    var body: [Markup] {
        let table = [
            Markup.table("Exits", heading: heading, rows: rows),
            .remark(
                "“Right of these” is the accuracy on images that left there, “right of all” had "
                    + "every image been answered there. The time is the median from the prepared "
                    + "image to the answer, branches on the way included, on one thread."),
        ]
        guard subject.network.exitCount > 1 else { return table }
        let caption = "Shares of the \(findings.images) that leave at each exit."
        return [.figure(chart.svg(), caption: caption)] + table + [.remark(overthinking)]
    }

    private var chart: ShareChart {
        let classes = zip(subject.trained.classNames, findings.evaluation.classes).map {
            ShareChart.Row($0, $1.exitRates)
        }
        let rates = zip(subject.network.exitTitles, findings.counts.exitRates).map {
            "\(Format.percent($1)) at \($0)"
        }
        return ShareChart(
            name: "exits", title: title,
            description: "Of all images leave " + rates.joined(separator: ", ") + ".",
            parts: subject.network.exitTitles,
            rows: [.init("all", findings.counts.exitRates)]
                + (classes.count <= Self.classLimit ? classes : []))
    }

    private let heading = [
        "exit", "threshold", "leave here", "right of these", "right of all", "time",
        "multiply-accumulates",
    ]

    private var rows: [[Markup]] {
        subject.network.exitTitles.enumerated().map { exit, title in
            let counts = findings.counts
            let thresholds = findings.policy.thresholds?.thresholds ?? []
            return [
                "\(title)", exit < thresholds.count ? "\(thresholds[exit])" : "-",
                "\(Format.percent(counts.exitRates[exit]))",
                "\(Format.percent(counts.exitedAccuracy[exit]))",
                "\(Format.percent(counts.forcedAccuracy[exit]))",
                "\(Format.microseconds(findings.latency?.exits[exit]))",
                "\(Format.grouped(work[exit]))",
            ]
        }
    }

    private var overthinking: String {
        let found = findings.evaluation.overthinking
        return
            "Overthinking: the last exit is wrong about \(Format.grouped(found.atAnyExit)) images "
            + "that an earlier exit is right about. Leaving early answers "
            + "\(Format.grouped(found.avoided)) of these rightly, and "
            + "\(Format.grouped(found.harmed)) images wrongly that the last exit is right about."
    }

    static let tableKind = CSVTable.Kind(
        name: "exits",
        columns: [
            "exit", "name", "threshold", "left", "exitRate", "exitedAccuracy", "forcedAccuracy",
            "medianMicroseconds", "multiplyAccumulates",
        ])

    var tables: [CSVTable] {
        [
            CSVTable(
                Self.tableKind,
                rows: subject.network.exitNames.enumerated().map { exit, name in
                    let counts = findings.counts
                    let thresholds = findings.policy.thresholds?.thresholds ?? []
                    return [
                        "\(exit)", name,
                        exit < thresholds.count ? "\(thresholds[exit])" : "",
                        "\(counts.exited[exit])", "\(counts.exitRates[exit])",
                        CSVTable.field(counts.exitedAccuracy[exit]),
                        CSVTable.field(counts.forcedAccuracy[exit]),
                        CSVTable.field(findings.latency?.exits[exit]), "\(work[exit])",
                    ]
                })
        ]
    }
}
