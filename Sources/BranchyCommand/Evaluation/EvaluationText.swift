import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// What `evaluate` prints for people.
struct EvaluationText {
    let report: EvaluationReport
    let isConfusionShown: Bool

    init(_ report: EvaluationReport, isConfusionShown: Bool = false) {
        (self.report, self.isConfusionShown) = (report, isConfusionShown)
    }

    var network: BranchedNetwork { report.network }
    var evaluation: Evaluation { report.evaluation }
    private var policy: PolicyDescription { report.policy }
    private var latency: LatencyReport? { report.latency }

    /// The paper's table, one of the exits, and what is to be said of them.
    ///
    /// - Throws: `NetworkError` where the network's work cannot be counted.
    var text: String { get throws { try table() } }

    private func table() throws -> String {
        let heading =
            "\(network.name) on \(evaluation.dataset), \(evaluation.split) split: "
            + "\(Format.grouped(evaluation.samples)) images, \(report.engine) engine, \(report.precision)\n"
        let notes = self.notes.map { $0 + "\n" }.joined()
        let tables = [summary, try exits()] + details + (notes.isEmpty ? [] : [notes])
        return heading + tables.map { "\n" + $0 }.joined()
    }

    /// The paper's Table I: a row for the plain network, one for the one with exits.
    private var summary: String {
        var table = Table([.left, .right, .right, .right, .right, .right, .right, .right, .right])
        table.add([
            "network", "accuracy", "from prepared image", "gain", "from bytes", "gain", "policy",
            "exit rates", "worst case",
        ])
        if let baseline = report.baseline {
            table.add([
                "\(baseline.name) (plain)", Format.percent(baseline.accuracy),
                Format.microseconds(latency?.baseline?.mean), "1",
                Format.microseconds(latency?.fromBytes.baselineMean), "1", "-", "-",
                Format.microseconds(latency?.baseline?.worstCase),
            ])
        }
        table.add([
            network.name, Format.percent(evaluation.accuracy),
            Format.microseconds(latency?.policy.mean), Format.gain(latency?.gain),
            Format.microseconds(latency?.fromBytes.mean), Format.gain(latency?.fromBytes.gain),
            policy.text,
            evaluation.exitRates.map { Format.percent($0) }.joined(separator: " "),
            Format.microseconds(latency?.policy.worstCase),
        ])
        return table.text
    }

    private func exits() throws -> String {
        let costs = try ExitCosts(of: network).multiplyAccumulates
        var table = Table([.left, .right, .right, .right, .right, .right, .right])
        table.add([
            "", "threshold", "left here", "right of these", "right of all", "latency",
            "multiply-accumulates",
        ])
        for (exit, title) in network.exitTitles.enumerated() {
            let isFinal = exit == network.exitCount - 1
            table.add([
                title, isFinal ? "-" : policy.thresholds.map { "\($0.thresholds[exit])" } ?? "-",
                Format.percent(evaluation.exitRates[exit]),
                Format.percent(evaluation.exitedAccuracy[exit]),
                Format.percent(evaluation.forcedAccuracy[exit]),
                Format.microseconds(latency?.exits[exit]), Format.grouped(costs[exit]),
            ])
        }
        let mean = evaluation.multiplyAccumulates.map { Format.grouped(Int($0.rounded())) }
        table.add([
            "mean of all", "", "", "", "", Format.microseconds(latency?.policy.mean), mean ?? "-",
        ])
        return table.text
    }

    private var notes: [String] {
        var notes: [String] = []
        if let latency {
            notes.append(
                "Times run from the prepared image to the answer, branches and decision included, "
                    + "on \(Format.grouped(latency.images)) images, one thread, all paths taking "
                    + "turns; those from bytes have the preparation of the image (bytes to floats) "
                    + "in front, \(Format.fixed(latency.preparation, digits: 2)) µs. Means; a gain is "
                    + "their ratio with its 95 % interval.")
        }
        if let temperatures = report.temperatures {
            notes.append(
                "Logits are divided by the temperatures \(temperatures), one for each exit.")
        }
        if report.isInSample {
            notes.append("In-sample: the thresholds were chosen by these very images.")
        }
        if let remark = report.baseline?.remark { notes.append(remark) }
        return notes
    }
}
