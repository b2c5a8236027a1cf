import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// The page, and the numbers of its figures.
public struct ReportPage: Sendable {
    /// Accuracy against time, for terminals.
    package let curve: Plot
    private let title: String
    private let remarks: [Markup]
    private let sections: [any ReportSection]

    init(
        _ subject: ReportSubject, _ findings: ReportFindings, curve: Plot,
        sections: [any ReportSection]
    ) {
        title = "\(subject.network.name) on \(findings.evaluation.dataset)"
        remarks = Self.remarks(subject, findings)
        self.curve = curve
        self.sections = sections
    }

    /// By what a page is known.
    package static let beginning = [
        "<!DOCTYPE html>", "<html lang=\"en\">", "<head>", charset.source, generator.source, "",
    ].joined(separator: "\n")

    /// Of what kind its tables are.
    package static let tableKinds = [
        CurveSection.tableKind, ExitsSection.tableKind, SensitivitySection.tableKind,
        ReliabilitySection.tableKind, ClassesSection.tableKind, ClassesSection.confusionKind,
        PicturesSection.tableKind,
    ]

    private static let charset = Markup("meta", ["charset": "utf-8"])
    private static let generator = Markup(
        "meta", ["name": "generator", "content": "branchynet report"])

    /// The numbers of each figure.
    package var tables: [CSVTable] { sections.flatMap(\.tables) }

    /// What a browser reads.
    public var html: String {
        let head = Markup(
            "head", [:],
            [
                Self.charset, Self.generator,
                // Nothing from elsewhere is loaded, and nothing runs, whatever the text holds.
                Markup(
                    "meta",
                    [
                        "http-equiv": "Content-Security-Policy",
                        "content":
                            "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
                    ]),
                Markup(
                    "meta",
                    ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
                Markup("meta", ["name": "color-scheme", "content": "light dark"]),
                Markup("title", text: title), Markup(style: ReportStyle.sheet),
            ])
        let heading = Markup("header", [:], [Markup("h1", text: title)] + remarks)
        let parts = sections.map { section in
            Markup("section", [:], [Markup("h2", text: section.title)] + section.body)
        }
        let page = Markup(
            "html", ["lang": "en"],
            [head, Markup("body", [:], [Markup("main", [:], [heading] + parts)])])
        return "<!DOCTYPE html>\n\(page.source)\n"
    }

    private static func remarks(
        _ subject: ReportSubject, _ findings: ReportFindings
    ) -> [Markup] {
        let network = subject.network
        var remarks = [
            Markup.paragraph(
                "A network with \(network.exitCount == 1 ? "one exit" : "\(network.exitCount) exits")"
                    + " and \(network.classCount) classes, seen by \(findings.images)."
                    + (network.exitCount == 1
                        ? "" : " Thresholds are never chosen by test images."))
        ]
        switch findings.policy.origin {
        case .model: break
        case .proposal:
            remarks.append(
                .warning(
                    "The model has no thresholds. This page proposes the knee of its calibration "
                        + "images; “branchynet calibrate” puts it in force."))
        case .none where network.exitCount > 1:
            remarks.append(
                .warning(
                    "The model has no thresholds, and too few calibration images to propose some: "
                        + "every image goes to the last exit."))
        case .none: break
        }
        if findings.isInSample {
            remarks.append(
                .warning("In-sample: the thresholds were chosen by these very images."))
        }
        if subject.trained.provenance.imported != nil {
            remarks.append(
                .warning(
                    "The network was trained elsewhere: nothing is known of the images that it learnt "
                        + "from, and some of these may be among them."))
        } else if findings.isLearnt {
            remarks.append(
                .warning(
                    "These data are not those that the model was trained with: the network may "
                        + "have learnt from some of the images."))
        }
        if let remark = findings.baseline?.remark { remarks.append(.warning(remark)) }
        return remarks
    }
}
