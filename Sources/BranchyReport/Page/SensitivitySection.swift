import BranchyData
import BranchyEvaluation
import BranchyNet
import BranchyWorkflow
import Foundation

/// What each threshold does while the others stay: the paper's Figure 4.
struct SensitivitySection: ReportSection {
    /// A threshold of one exit, and what it does.
    private struct Candidate {
        let threshold: Float
        let accuracy: Double
        /// Share that leaves at that exit.
        let share: Double
    }

    private static let candidateCount = 48
    /// Entropies below it are those of images that nothing holds back.
    private static let leastEntropy = 1e-4

    let title = "How much a threshold matters"
    private let subject: ReportSubject
    private let findings: ReportFindings
    /// What is moved, an exit at a time; no exit's where patience decides.
    private let policy: ThresholdPolicy
    /// By early exit.
    private let candidates: [[Candidate]]

    init<Split: DataSplit>(
        _ subject: ReportSubject, _ findings: ReportFindings, _ record: ExitRecord<Split>
    ) {
        (self.subject, self.findings) = (subject, findings)
        let policy = findings.policy.thresholds ?? ThresholdPolicy(thresholds: [])
        self.policy = policy
        let thresholds = Self.thresholds(of: policy.score, classCount: record.classCount)
        candidates = policy.thresholds.indices.map { exit in
            thresholds.map { threshold in
                var moved = policy
                moved.thresholds[exit] = threshold
                let counts = record.replay(moved)
                return Candidate(
                    threshold: threshold, accuracy: counts.accuracy ?? .nan,
                    share: counts.exitRates[exit])
            }
        }
    }

    /// Over all of a score's range: equal ratios of entropies, equal steps of other scores.
    private static func thresholds(of score: ExitScore, classCount: Int) -> [Float] {
        let range = range(of: score, classCount: classCount)
        return (0..<candidateCount).map { index in
            let share = Double(index) / Double(candidateCount - 1)
            guard score.acceptsAbove else {
                return Float(
                    range.lowerBound * pow(range.upperBound / range.lowerBound, share))
            }
            return Float(range.lowerBound + (range.upperBound - range.lowerBound) * share)
        }
    }

    private static func range(of score: ExitScore, classCount: Int) -> ClosedRange<Double> {
        switch score {
        case .entropy: leastEntropy...log(Double(classCount))
        case .normalizedEntropy, .failure: leastEntropy...1
        case .maximumProbability, .margin, .ensemble: 0...1
        }
    }

    var body: [Markup] {
        guard !candidates.isEmpty else {
            return [
                .remark(
                    subject.network.exitCount == 1
                        ? "The network has one exit: there is no threshold."
                        : "There is no threshold: \(findings.policy.policy) "
                            + "decides.")
            ]
        }
        let figures = candidates.indices.flatMap { exit in
            [
                Markup.figure(
                    plot(ofAccuracyAt: exit).svg(),
                    caption: "Accuracy of all \(findings.images), the other thresholds as they are."
                ),
                .figure(
                    plot(ofShareAt: exit).svg(),
                    caption: "Share of them that leaves at \(subject.network.exitTitles[exit])."),
            ]
        }
        return [
            Markup("div", ["class": "pair"], figures),
            .remark(
                "The upright line is the threshold "
                    + inForce
                    + ". What is best on this figure must not be chosen by test images: "
                    + "“branchynet calibrate” chooses."),
        ]
    }

    private var inForce: String {
        switch findings.policy.origin {
        case .model: "in force"
        case .proposal: "proposed"
        case .none: "of everybody to the last exit"
        }
    }

    private func plot(ofAccuracyAt exit: Int) -> Plot {
        plot(exit, "accuracy", "accuracy (%)", .blue) { $0.accuracy }
    }

    private func plot(ofShareAt exit: Int) -> Plot {
        plot(exit, "share", "leave there (%)", .green) { $0.share }
    }

    private func plot(
        _ exit: Int, _ name: String, _ title: String, _ ink: Ink,
        value: (Candidate) -> Double
    ) -> Plot {
        let points = candidates[exit].map {
            Mark.Point(Double($0.threshold), value($0) * 100)
        }
        let range = Self.range(of: policy.score, classCount: subject.network.classCount)
        let isInRange = range.contains(Double(policy.thresholds[exit]))
        let rule = Mark(
            "\(inForce): \(policy.thresholds[exit])", .orange,
            .rule(Double(policy.thresholds[exit])))
        let (first, last) = (points[0], points[points.count - 1])
        return Plot(
            name: "sensitivity-\(exit + 1)-\(name)",
            title: "\(subject.network.exitTitles[exit]): \(title) by threshold",
            description: "From \(Format.fixed(first.y, digits: 2)) at \(first.x) to "
                + "\(Format.fixed(last.y, digits: 2)) at \(last.x).",
            x: Axis(
                "threshold of \(subject.network.exitTitles[exit]): \(policy.score.title)", range,
                policy.score.acceptsAbove ? .linear : .logarithmic),
            y: Axis(title, showing: points.map(\.y), within: 0...100),
            marks: (isInRange ? [rule] : []) + [Mark(nil, ink, .line(points))])
    }

    static let tableKind = CSVTable.Kind(
        name: "sensitivity", columns: ["exit", "threshold", "accuracy", "exitRate"])

    var tables: [CSVTable] {
        [
            CSVTable(
                Self.tableKind,
                rows: candidates.enumerated().flatMap { exit, candidates in
                    candidates.map {
                        ["\(exit)", "\($0.threshold)", "\($0.accuracy)", "\($0.share)"]
                    }
                })
        ]
    }
}
