import BranchyData
import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// Accuracy against time for all thresholds worth having: the paper's Figure 3.
struct CurveSection: ReportSection {
    /// Thresholds and what they do.
    private struct Candidate {
        /// What the calibration images say, which chose them.
        let point: OperatingPoint
        /// On the images that are reported on.
        let accuracy: Double
        let cost: Double
    }

    private static let frontLimit = 80

    let title: String
    private let findings: ReportFindings
    private let front: [Candidate]
    private let knee: Candidate?

    init<Split: DataSplit>(
        _ findings: ReportFindings, _ calibrator: ThresholdCalibrator?,
        _ record: ExitRecord<Split>
    ) {
        self.findings = findings
        title = "Accuracy against " + (findings.costs.isTime ? "time" : "work")
        let score = findings.policy.thresholds?.score ?? .entropy
        let candidate = { (point: OperatingPoint) in
            let counts = record.replay(ThresholdPolicy(score: score, thresholds: point.thresholds))
            return Candidate(
                point: point, accuracy: counts.accuracy ?? .nan,
                cost: findings.costs.mean(counts))
        }
        front = Self.thinned(calibrator?.front ?? []).map(candidate)
        knee = (calibrator?.knee).map(candidate)
    }

    private static func thinned(_ points: [OperatingPoint]) -> [OperatingPoint] {
        guard points.count > frontLimit else { return points }
        return (0..<frontLimit).map { points[$0 * (points.count - 1) / (frontLimit - 1)] }
    }

    var body: [Markup] {
        let whole = Markup.figure(plot.svg(), caption: caption)
        guard !front.isEmpty else { return [whole] }
        return [Markup("div", ["class": "pair"], [whole, .figure(closeUp.svg(), caption: places)])]
    }

    private var places: String {
        (front.isEmpty ? "" : "The thresholds worth having, close up. ")
            + (findings.costs.isTime
                ? "Time is the share of images at each exit times the median time to leave there."
                : "")
    }

    private var caption: String {
        guard knee != nil else {
            return "There are no thresholds to choose: the network has one exit, or there are "
                + "fewer than \(ThresholdCalibrator.minimumSampleCount) calibration images. \(places)"
        }
        let knee =
            "The knee is the fastest within one standard error of the best, on calibration "
            + "images."
        guard lines.count > 1 else {
            return "What the calibration images say of thresholds that they chose. " + knee
        }
        return "The dashed line is what the calibration images say of the thresholds that they "
            + "chose (in-sample); the solid one is what the \(findings.evaluation.split) images "
            + "say of the same thresholds. " + knee
    }
}

// MARK: - The figure

extension CurveSection {
    /// Everything there is to compare.
    var plot: Plot {
        plot("curve", title, lines + [exits] + [plain].compactMap(\.self) + chosen)
    }

    /// Thresholds alone, which lie close together where most images leave early.
    private var closeUp: Plot { plot("close-up", title + ", close up", lines + chosen) }

    private func plot(_ name: String, _ title: String, _ marks: [Mark]) -> Plot {
        let points = marks.flatMap(\.points)
        return Plot(
            name: name, title: title, description: description,
            x: Axis(findings.costs.title, showing: points.map(\.x), within: 0 ... .infinity),
            y: Axis("accuracy (%)", showing: points.map(\.y), within: 0...100), marks: marks)
    }

    private var lines: [Mark] {
        let lines = [
            Mark(
                "calibration images (in-sample)", .gray,
                .dashedLine(
                    front.map { point($0.point.cost, $0.point.accuracy) })),
            Mark(
                "the same thresholds, \(findings.evaluation.split) images", .blue,
                .line(front.map { point($0.cost, $0.accuracy) })),
        ]
        guard !front.isEmpty else { return [] }
        let isOne = findings.evaluation.split == CalibrationSplit.splitName
        return isOne ? Array(lines.prefix(1)) : lines
    }

    private var chosen: [Mark] { [inForce, knee.map(kneeMark)].compactMap(\.self) }

    private var exits: Mark {
        let points = zip(findings.costs.ofExit, findings.counts.forcedAccuracy).enumerated().map {
            exit, place in
            let isLast = exit == findings.costs.ofExit.count - 1
            return point(place.0, place.1 ?? .nan, label: isLast ? "last exit" : "exit \(exit + 1)")
        }
        return Mark("every image at one exit", .gray, .points(points, .square))
    }

    private var plain: Mark? {
        guard let baseline = findings.baseline, let cost = findings.costs.plain,
            let accuracy = baseline.accuracy
        else { return nil }
        return Mark(
            "\(baseline.name), plain", .purple, .points([point(cost, accuracy)], .diamond))
    }

    private func kneeMark(_ knee: Candidate) -> Mark {
        Mark("knee", .orange, .points([point(knee.cost, knee.accuracy)], .star))
    }

    private var inForce: Mark? {
        guard findings.policy.origin == .model, findings.costs.ofExit.count > 1 else { return nil }
        let cost = findings.costs.mean(findings.counts)
        return Mark(
            "in force", .green,
            .points([point(cost, findings.counts.accuracy ?? .nan)], .ring))
    }

    private func point(_ cost: Double, _ accuracy: Double, label: String? = nil) -> Mark.Point {
        let note =
            "\(label.map { $0 + ": " } ?? "")\(Format.percent(accuracy)), "
            + findings.costs.text(cost)
        return Mark.Point(cost, accuracy * 100, label: label, note: note)
    }

    private var description: String {
        let exits = zip(findings.costs.ofExit, findings.counts.forcedAccuracy).enumerated().map {
            "exit \($0 + 1) alone \(Format.percent($1.1)) in \(findings.costs.text($1.0))"
        }
        let knee = knee.map {
            ["the knee \(Format.percent($0.accuracy)) in \(findings.costs.text($0.cost))"]
        }
        return "By \(findings.images): " + (exits + (knee ?? [])).joined(separator: "; ") + "."
    }
}

// MARK: - The numbers

extension CurveSection {
    static let tableKind = CSVTable.Kind(
        name: "curve", columns: ["kind", "thresholds", "calibrationAccuracy"], isOpen: true)

    var tables: [CSVTable] {
        let unit = findings.costs.isTime ? "microseconds" : "thousandMultiplyAccumulates"
        let exits = zip(findings.costs.ofExit, findings.counts.forcedAccuracy).enumerated().map {
            ["exit\($0)", "", "", "", CSVTable.field($1.1), "\($1.0)"]
        }
        let plain = findings.baseline.map {
            [
                [
                    "plain", "", "", "", CSVTable.field($0.accuracy),
                    CSVTable.field(findings.costs.plain),
                ]
            ]
        }
        return [
            CSVTable(
                Self.tableKind,
                more: [
                    "calibration_\(unit)", "\(findings.evaluation.split)Accuracy",
                    "\(findings.evaluation.split)_\(unit)",
                ],
                rows: front.map { row("front", $0) } + (knee.map { [row("knee", $0)] } ?? [])
                    + exits + (plain ?? []))
        ]
    }

    private func row(_ kind: String, _ candidate: Candidate) -> [String] {
        [
            kind, candidate.point.thresholds.map { "\($0)" }.joined(separator: " "),
            "\(candidate.point.accuracy)", "\(candidate.point.cost)", "\(candidate.accuracy)",
            "\(candidate.cost)",
        ]
    }
}
