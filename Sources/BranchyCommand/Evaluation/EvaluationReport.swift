import BranchyEvaluation
import BranchyNet

/// What `evaluate` prints, for people and for machines.
struct EvaluationReport {
    /// What was evaluated.
    let network: BranchedNetwork
    /// Under which policy.
    let policy: PolicyDescription
    /// By which engine.
    let engine: String
    /// The element type of its computation.
    let precision: String
    /// Accuracies and exit rates.
    let evaluation: Evaluation
    /// Whether the thresholds were chosen by these very images.
    let isInSample: Bool
    /// Whether a certificate holds for it.
    let certification: Certification
    /// Times, where they were measured.
    let latency: LatencyReport?
    /// The plain network beside it, where one was named.
    let baseline: Baseline?
    /// What the classes are called.
    let classNames: [String]
    /// Whether the confusion matrix is printed.
    let isConfusionShown: Bool
}

extension EvaluationReport {
    /// What is wrong with the model where an exit's logits are NaN or infinite; `nil` where none
    /// are.
    var fault: String? {
        let broken = evaluation.notFinite.enumerated().filter { $0.element > 0 }
        guard !broken.isEmpty else { return nil }
        let exits = broken.map { exit, count in
            "of exit \(exit + 1) for \(Format.grouped(count)) of \(Format.grouped(evaluation.samples)) images"
        }
        return "'\(network.name)' gives logits that are NaN or infinite: "
            + exits.joined(separator: ", ") + ". No figure of it means anything; were its "
            + "parameters damaged, or did its loss not stay finite?"
    }
}

// MARK: - For people

extension EvaluationReport {
    func table() throws -> String {
        let heading =
            "\(network.name) on \(evaluation.dataset), \(evaluation.split) split: "
            + "\(Format.grouped(evaluation.samples)) images, \(engine) engine, \(precision)\n"
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
        if let baseline {
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
        if isInSample {
            notes.append("In-sample: the thresholds were chosen by these very images.")
        }
        if let baseline, !baseline.isTrainedAlike {
            notes.append(
                "\(baseline.name) was not trained on the same images for as many epochs: the "
                    + "comparison of accuracies is not a fair one.")
        }
        return notes
    }
}
