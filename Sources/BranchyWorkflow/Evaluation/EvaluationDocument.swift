import BranchyEvaluation
import BranchyNet
import Foundation

extension EvaluationReport {
    /// What `evaluate --json` prints; the keys are listed in `docs/JSON.md`.
    ///
    /// - Parameter withConfusion: whether the confusion matrix is among it.
    public func document(withConfusion: Bool = false) -> some Encodable {
        EvaluationDocument(report: self, isConfusionShown: withConfusion)
    }
}

/// The document whose keys `docs/JSON.md` lists.
private struct EvaluationDocument: Encodable {
    private enum Key: String, CodingKey {
        case network, dataset, split, dataChecksum, samples, inSample, finite
        case policy, score, thresholds, temperatures, exit, patience, deadlineMicroseconds
        case accuracy, exitRates, exitedAccuracy, forcedAccuracy, multiplyAccumulates
        case accuracyInterval, exitRateIntervals, exitedAccuracyIntervals, forcedAccuracyIntervals
        case expectedCalibrationError, forcedExpectedCalibrationError
        case reliability, forcedReliability, overthinking, classes, confusion
        case certification, engine, precision, latencyMicroseconds, exitLatencyMicroseconds
        case preparationMicroseconds, latencyImages, baseline, gain, fromBytes
        case finalExitComparison, sureAnswers, balancedAccuracy
    }

    let report: EvaluationReport
    let isConfusionShown: Bool

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
        try container.encode(evaluation.isFinite, forKey: .finite)
        try container.encode(report.certification, forKey: .certification)
        try container.encode(report.engine, forKey: .engine)
        try container.encode(report.precision, forKey: .precision)
        try encodePolicy(into: &container)
        try encodeCounts(into: &container)
        try encodeDetails(into: &container)
        try encodeLatency(into: &container)
    }

    private func encodePolicy(into container: inout KeyedEncodingContainer<Key>) throws {
        let policy = report.policy
        try container.encode(policy.text, forKey: .policy)
        try container.encode(policy.thresholds?.score.kind, forKey: .score)
        try container.encode(policy.thresholds?.thresholds ?? [], forKey: .thresholds)
        try container.encode(report.temperatures?.values ?? [], forKey: .temperatures)
        try container.encode(policy.exit, forKey: .exit)
        try container.encode(policy.patience, forKey: .patience)
        try container.encode(policy.deadlineMicroseconds, forKey: .deadlineMicroseconds)
    }

    private func encodeCounts(into container: inout KeyedEncodingContainer<Key>) throws {
        let (evaluation, counts) = (report.evaluation, report.evaluation.counts)
        try container.encode(counts.accuracy, forKey: .accuracy)
        try container.encode(counts.accuracyInterval, forKey: .accuracyInterval)
        try container.encode(counts.exitRates, forKey: .exitRates)
        try container.encode(counts.exitRateIntervals, forKey: .exitRateIntervals)
        try container.encode(counts.exitedAccuracy, forKey: .exitedAccuracy)
        try container.encode(counts.exitedAccuracyIntervals, forKey: .exitedAccuracyIntervals)
        try container.encode(counts.forcedAccuracy, forKey: .forcedAccuracy)
        try container.encode(counts.forcedAccuracyIntervals, forKey: .forcedAccuracyIntervals)
        try container.encode(evaluation.balancedAccuracy, forKey: .balancedAccuracy)
        try container.encode(report.sureAnswers, forKey: .sureAnswers)
        try container.encode(evaluation.multiplyAccumulates, forKey: .multiplyAccumulates)
    }

    private func encodeDetails(into container: inout KeyedEncodingContainer<Key>) throws {
        let evaluation = report.evaluation
        let (reliability, forced) = (evaluation.reliability, evaluation.forcedReliability)
        try container.encode(
            reliability.expectedCalibrationError, forKey: .expectedCalibrationError)
        try container.encode(
            forced.map(\.expectedCalibrationError), forKey: .forcedExpectedCalibrationError)
        try container.encode(reliability.bins.map(Bin.init), forKey: .reliability)
        try container.encode(forced.map { $0.bins.map(Bin.init) }, forKey: .forcedReliability)
        try container.encode(evaluation.overthinking, forKey: .overthinking)
        try container.encode(
            evaluation.besideFinalExit.flatMap(Comparison.init), forKey: .finalExitComparison)
        let classes = zip(report.classNames, evaluation.classes).enumerated().map {
            Class(index: $0, name: $1.0, counts: $1.1)
        }
        try container.encode(classes, forKey: .classes)
        try container.encode(
            isConfusionShown ? evaluation.confusion.rows : [], forKey: .confusion)
    }

    private func encodeLatency(into container: inout KeyedEncodingContainer<Key>) throws {
        let latency = report.latency
        try container.encode(latency?.policy, forKey: .latencyMicroseconds)
        try container.encode(latency?.exits ?? [], forKey: .exitLatencyMicroseconds)
        try container.encode(latency?.preparation, forKey: .preparationMicroseconds)
        try container.encode(latency?.images, forKey: .latencyImages)
        try container.encode(latency?.gain, forKey: .gain)
        try container.encode(latency.map { FromBytes($0.fromBytes) }, forKey: .fromBytes)
        let baseline = report.baseline.map {
            Baseline(
                network: $0.name, accuracy: OrNull($0.accuracy), trainedAlike: $0.isTrainedAlike,
                comparison: OrNull(Comparison($0.comparison)),
                latencyMicroseconds: OrNull(latency?.baseline))
        }
        try container.encode(baseline, forKey: .baseline)
    }
}

extension EvaluationDocument {
    /// What may be absent, and is null then; a key of an optional would be left out.
    private struct OrNull<Value: Encodable>: Encodable {
        private let value: Value?

        init(_ value: Value?) {
            self.value = value
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(value)
        }
    }

    private struct FromBytes: Encodable {
        let meanMicroseconds: Double
        let baselineMeanMicroseconds: OrNull<Double>
        let gain: OrNull<Estimate>

        init(_ times: LatencyReport.FromBytes) {
            meanMicroseconds = times.mean
            baselineMeanMicroseconds = OrNull(times.baselineMean)
            gain = OrNull(times.gain)
        }
    }

    private struct Baseline: Encodable {
        let network: String
        let accuracy: OrNull<Double>
        let trainedAlike: Bool
        let comparison: OrNull<Comparison>
        let latencyMicroseconds: OrNull<LatencyReport.Times>
    }

    private struct Comparison: Encodable {
        let onlyPolicyRight: Int
        let onlyOtherRight: Int
        let difference: Estimate
        let pValue: Double

        /// `nil` of no samples.
        init?(_ comparison: PairedComparison) {
            guard let difference = comparison.difference else { return nil }
            (onlyPolicyRight, onlyOtherRight) = (comparison.onlyFirst, comparison.onlySecond)
            (self.difference, pValue) = (difference, comparison.pValue)
        }
    }

    private struct Bin: Encodable {
        let low: Double
        let high: Double
        let samples: Int
        let accuracy: OrNull<Double>
        let meanProbability: OrNull<Double>

        init(_ bin: ReliabilityDiagram.Bin) {
            (low, high, samples) = (bin.low, bin.high, bin.samples)
            accuracy = OrNull(bin.accuracy)
            meanProbability = OrNull(bin.meanProbability)
        }
    }

    private struct Class: Encodable {
        let `class`: Int
        let className: String
        let samples: Int
        let accuracy: OrNull<Double>
        let accuracyInterval: OrNull<Estimate>
        let exitRates: [Double]

        init(index: Int, name: String, counts: ExitCounts) {
            (`class`, className, samples) = (index, name, counts.samples)
            accuracy = OrNull(counts.accuracy)
            accuracyInterval = OrNull(counts.accuracyInterval)
            exitRates = counts.exitRates
        }
    }
}
