import BranchyEvaluation
import BranchyNet
import Foundation

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

    /// The plain network that the gain is measured against.
    struct Baseline {
        let name: String
        let accuracy: Double?
        /// Whether it was trained on the same images for as many epochs.
        let isTrainedAlike: Bool
    }
}

// MARK: - For machines

extension EvaluationReport {
    func json() throws -> String {
        String(decoding: try JSONEncoder.branchyNet.encode(Document(self)), as: UTF8.self) + "\n"
    }

    /// The document whose keys `docs/JSON.md` lists.
    private struct Document: Encodable {
        private struct Baseline: Encodable {
            let network: String
            let accuracy: Double?
            let trainedAlike: Bool
            let latencyMicroseconds: LatencyReport.Times?
        }

        private enum Key: String, CodingKey {
            case network, dataset, split, dataChecksum, samples, inSample
            case policy, score, thresholds, exit, patience, deadlineMicroseconds
            case accuracy, exitRates, exitedAccuracy, forcedAccuracy, multiplyAccumulates
            case certification, engine, precision, latencyMicroseconds, exitLatencyMicroseconds
            case preparationMicroseconds, latencyImages, baseline, gain
        }

        private let report: EvaluationReport

        init(_ report: EvaluationReport) {
            self.report = report
        }

        /// Absent numbers are written as null, so that every key is always there.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            let evaluation = report.evaluation
            try container.encode(report.network.name, forKey: .network)
            try container.encode(evaluation.dataset, forKey: .dataset)
            try container.encode(evaluation.split, forKey: .split)
            try container.encode(evaluation.dataChecksum, forKey: .dataChecksum)
            try container.encode(evaluation.samples, forKey: .samples)
            try container.encode(report.isInSample, forKey: .inSample)
            try encodePolicy(into: &container)
            try container.encode(evaluation.accuracy, forKey: .accuracy)
            try container.encode(evaluation.exitRates, forKey: .exitRates)
            try container.encode(evaluation.exitedAccuracy, forKey: .exitedAccuracy)
            try container.encode(evaluation.forcedAccuracy, forKey: .forcedAccuracy)
            try container.encode(evaluation.multiplyAccumulates, forKey: .multiplyAccumulates)
            try container.encode(report.certification, forKey: .certification)
            try container.encode(report.engine, forKey: .engine)
            try container.encode(report.precision, forKey: .precision)
            try encodeLatency(into: &container)
        }

        private func encodePolicy(into container: inout KeyedEncodingContainer<Key>) throws {
            let policy = report.policy
            try container.encode(policy.text, forKey: .policy)
            try container.encode(policy.thresholds?.score, forKey: .score)
            try container.encode(policy.thresholds?.thresholds ?? [], forKey: .thresholds)
            try container.encode(policy.exit, forKey: .exit)
            try container.encode(policy.patience, forKey: .patience)
            try container.encode(policy.deadlineMicroseconds, forKey: .deadlineMicroseconds)
        }

        private func encodeLatency(into container: inout KeyedEncodingContainer<Key>) throws {
            let latency = report.latency
            try container.encode(latency?.policy, forKey: .latencyMicroseconds)
            try container.encode(latency?.exits ?? [], forKey: .exitLatencyMicroseconds)
            try container.encode(latency?.preparation, forKey: .preparationMicroseconds)
            try container.encode(latency?.images, forKey: .latencyImages)
            try container.encode(latency?.gain, forKey: .gain)
            let baseline = report.baseline.map {
                Baseline(
                    network: $0.name, accuracy: $0.accuracy, trainedAlike: $0.isTrainedAlike,
                    latencyMicroseconds: latency?.baseline)
            }
            try container.encode(baseline, forKey: .baseline)
        }
    }
}

// MARK: - For people

extension EvaluationReport {
    func table() throws -> String {
        let heading =
            "\(network.name) on \(evaluation.dataset), \(evaluation.split) split: "
            + "\(Format.grouped(evaluation.samples)) images, \(engine) engine, float32\n"
        let notes = self.notes.map { $0 + "\n" }.joined()
        return heading + "\n" + summary + "\n" + (try exits()) + (notes.isEmpty ? "" : "\n" + notes)
    }

    /// The paper's Table I: a row for the plain network, one for the one with exits.
    private var summary: String {
        var table = Table([.left, .right, .right, .right, .right, .right, .right])
        table.add([
            "network", "accuracy", "mean latency", "gain", "policy", "exit rates",
            "worst case",
        ])
        if let baseline {
            table.add([
                "\(baseline.name) (plain)", Format.percent(baseline.accuracy),
                Format.microseconds(latency?.baseline?.mean), "1", "-", "-",
                Format.microseconds(latency?.baseline?.worstCase),
            ])
        }
        table.add([
            network.name, Format.percent(evaluation.accuracy),
            Format.microseconds(latency?.policy.mean), Format.gain(latency?.gain),
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
        for (exit, name) in network.exitNames.enumerated() {
            let isFinal = exit == network.exitCount - 1
            table.add([
                isFinal ? name : "exit \(exit + 1), \(name)",
                isFinal ? "-" : policy.thresholds.map { "\($0.thresholds[exit])" } ?? "-",
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
                    + "turns; the gain is a ratio of means with its 95 % interval. Preparing an "
                    + "image takes \(Format.microseconds(latency.preparation)) more.")
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
