import BranchyData
import BranchyEvaluation
import BranchyNet
import TestSupport

/// What the exits say about a group of samples that are all alike.
struct SampleGroup {
    let count: Int
    /// By exit: how far the logit of the answer stands above the others; more is surer.
    let confidences: [Float]
    /// By exit.
    let isCorrect: [Bool]

    init(_ count: Int, _ confidences: [Float], _ isCorrect: [Bool]) {
        (self.count, self.confidences, self.isCorrect) = (count, confidences, isCorrect)
    }

    /// Every sample is of class 0; a wrong answer is class 1.
    var observations: [ExitObservation] {
        zip(confidences, isCorrect).enumerated().map { exit, answer in
            let (confidence, isCorrect) = answer
            let logits = isCorrect ? [confidence, 0] : [0, confidence]
            return ExitObservation(logits: logits.span, exit: exit)
        }
    }
}

extension ExitRecord<CalibrationSplit> {
    init(_ groups: [SampleGroup]) {
        let observations = groups.flatMap { Array(repeating: $0.observations, count: $0.count) }
        self.init(
            observations: observations, labels: observations.map { _ in 0 },
            exitCount: groups.first?.confidences.count ?? 1, classCount: 2, dataset: "made up",
            dataChecksum: "")
    }

    /// Random answers; at each exit, sure ones are oftener right, and there are as many different
    /// confidences as `levels`.
    static func random(
        exitCount: Int, sampleCount: Int = 120, levels: Int, seed: UInt64
    ) -> ExitRecord {
        var generator = SeededGenerator(seed: seed)
        return ExitRecord(
            (0..<sampleCount).map { _ in
                let chosen = (0..<exitCount).map { _ in
                    Int.random(in: 1...levels, using: &generator)
                }
                let isCorrect = chosen.map {
                    Int.random(in: 0..<2 * levels, using: &generator) < levels / 2 + $0
                }
                return SampleGroup(1, chosen.map { Float($0) * 4 / Float(levels) }, isCorrect)
            })
    }

    /// What a score says at an exit, each value once, ascending.
    func distinct(_ score: ExitScore, exit: Int) -> [Float] {
        let values = (0..<count).map { score.value(of: self[$0][$0 * exitCount + exit]) }
        return Set(values).sorted()
    }
}

/// All that thresholds can do on a record, found without the calibrator: each set of samples that
/// a threshold can let through is reached by a threshold at an observed score, or above all.
struct BruteForce {
    struct Point {
        let accuracy: Double
        let earlyExits: Int
        let cost: Double
    }

    let points: [Point]

    init(_ record: ExitRecord<CalibrationSplit>, _ score: ExitScore, costOfExit: [Double]) {
        var vectors: [[Float]] = [[]]
        for exit in 0..<record.exitCount - 1 {
            let thresholds = record.distinct(score, exit: exit) + [.infinity]
            vectors = vectors.flatMap { vector in thresholds.map { vector + [$0] } }
        }
        points = vectors.map { thresholds in
            let counts = record.replay(ThresholdPolicy(score: score, thresholds: thresholds))
            return Point(
                accuracy: counts.accuracy ?? .nan,
                earlyExits: counts.exited.dropLast().reduce(0, +),
                cost: counts.meanCost(costOfExit) ?? .nan)
        }
    }
}
