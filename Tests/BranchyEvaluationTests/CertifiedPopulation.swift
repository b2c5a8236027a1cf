import BranchyData
import BranchyEvaluation
import BranchyNet
import TestSupport

/// Samples that are the whole truth: data are drawn from them with replacement, so that the true
/// loss of any thresholds is their loss on all of these.
struct CertifiedPopulation {
    /// How sure samples are at each exit, and which answers are right.
    enum Kind: CaseIterable {
        /// One early exit, which harms more the more leave: sure answers are rarely wrong.
        case monotone
        /// Two early exits, of which the second errs more than the first: raising the first's
        /// threshold may lower the harm.
        case overthinking
        /// One early exit that is often right where the last is wrong.
        case gaining
    }

    let record: ExitRecord<CalibrationSplit>
    let loss: GuaranteedLoss
    let costOfExit: [Double]

    /// - Parameter levels: how many different scores an exit has.
    init(_ kind: Kind, levels: Int, count: Int = 2_000) {
        var generator = SeededGenerator(seed: 11)
        var groups: [SampleGroup] = []
        for sample in 0..<count {
            let ease = (Float(sample) + 0.5) / Float(count)
            let level = ((1 - ease) * Float(levels)).rounded(.up) / Float(levels)
            let isHard = Float.random(in: 0..<1, using: &generator) < 0.25 * ease * ease * ease
            let isFinalRight = Float.random(in: 0..<1, using: &generator) < 0.98
            switch kind {
            case .monotone:
                groups.append(SampleGroup(1, [6 * level, 1], [!isHard, isFinalRight]))
            case .gaining:
                let isSaved = Float.random(in: 0..<1, using: &generator) < 0.7
                groups.append(
                    SampleGroup(
                        1, [6 * level, 1], [isFinalRight ? !isHard : isSaved, isFinalRight]))
            case .overthinking:
                let errs = Float.random(in: 0..<1, using: &generator) < 0.04
                let other =
                    (Float.random(in: 0..<1, using: &generator) * Float(levels))
                    .rounded(.up) / Float(levels)
                groups.append(
                    SampleGroup(
                        1, [6 * level, 6 * other, 1], [!isHard, !errs, isFinalRight]))
            }
        }
        record = ExitRecord(groups)
        loss = kind == .gaining ? .accuracyGap : .harm
        costOfExit = kind == .overthinking ? [1, 2, 4] : [1, 4]
    }

    /// Samples that some model answered.
    init(_ record: ExitRecord<CalibrationSplit>, loss: GuaranteedLoss, costOfExit: [Double]) {
        (self.record, self.loss, self.costOfExit) = (record, loss, costOfExit)
    }

    /// The true mean loss of thresholds.
    func risk(_ thresholds: [Float], score: ExitScore = .entropy) -> Double {
        record.losses(loss, under: ThresholdPolicy(score: score, thresholds: thresholds)).mean
    }

    /// The true mean cost of thresholds.
    func cost(_ thresholds: [Float]) -> Double {
        record.replay(ThresholdPolicy(thresholds: thresholds)).meanCost(costOfExit) ?? .nan
    }

    /// Calibration data of which half tune and half prove.
    func certifier(
        sampleCount: Int, seed: UInt64, score: ExitScore = .entropy,
        procedure: Certifier.Procedure = .steps
    ) throws -> Certifier {
        var generator = SplitMix64(seed: seed, stream: 1)
        let drawn = (0..<sampleCount).map { _ in generator.integer(below: record.count) }
        return try Certifier(
            record: record.samples(drawn), loss: loss, score: score, costOfExit: costOfExit,
            seed: seed, procedure: procedure)
    }
}
