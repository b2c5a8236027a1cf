import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// Whether answers are right as often as their probabilities say.
struct ReliabilitySection: ReportSection {
    let title = "How far probabilities can be believed"
    private let subject: ReportSubject
    private let evaluation: Evaluation

    init(_ subject: ReportSubject, _ findings: ReportFindings) {
        (self.subject, evaluation) = (subject, findings.evaluation)
    }

    var body: [Markup] {
        let figures = evaluation.forcedReliability.enumerated().map { exit, diagram in
            Markup.figure(
                plot(exit, diagram).svg(),
                caption:
                    "\(subject.network.exitTitles[exit]), all images. Expected calibration error: "
                    + Format.percent(diagram.expectedCalibrationError) + ".")
        }
        return [
            Markup("div", ["class": "pair"], figures),
            .remark(
                "Of answers with a probability of 90 %, nine in ten are right where bars end at the "
                    + "diagonal; bars below it are of answers that are too sure. Each image "
                    + "answered where it leaves, the expected calibration error is "
                    + "\(Format.percent(evaluation.reliability.expectedCalibrationError))."
                    + temperatures),
        ]
    }

    private var temperatures: String {
        subject.trained.temperatures.map { " Logits are divided by the temperatures \($0)." }
            ?? " Logits are not divided by temperatures: “branchynet calibrate --temperatures fit” "
            + "fits them to validation images."
    }

    private func plot(_ exit: Int, _ diagram: ReliabilityDiagram) -> Plot {
        let bars = diagram.bins.compactMap { bin in
            bin.accuracy.map { accuracy in
                Mark.Bar(
                    bin.low * 100...bin.high * 100, accuracy * 100,
                    note: "\(Format.grouped(bin.samples)) answers, mean probability "
                        + "\(Format.percent(bin.meanProbability)), right: "
                        + Format.percent(accuracy))
            }
        }
        return Plot(
            name: "reliability-\(exit + 1)",
            title: "\(subject.network.exitTitles[exit]): reliability",
            description: "Expected calibration error "
                + Format.percent(diagram.expectedCalibrationError) + ".",
            x: Axis("probability of the answer (%)", 0...100), y: Axis("right (%)", 0...100),
            marks: [
                Mark(nil, .ofExit(exit), .bars(bars)),
                Mark(nil, .gray, .dashedLine([.init(0, 0), .init(100, 100)])),
            ])
    }

    static let tableKind = CSVTable.Kind(
        name: "reliability",
        columns: ["exit", "low", "high", "answers", "meanProbability", "accuracy"])

    var tables: [CSVTable] {
        [
            CSVTable(
                Self.tableKind,
                rows: evaluation.forcedReliability.enumerated().flatMap { exit, diagram in
                    diagram.bins.map {
                        [
                            "\(exit)", "\($0.low)", "\($0.high)", "\($0.samples)",
                            CSVTable.field($0.meanProbability), CSVTable.field($0.accuracy),
                        ]
                    }
                })
        ]
    }
}
