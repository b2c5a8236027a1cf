import BranchyData
import BranchyEvaluation
import BranchyNet
import Foundation
import TestSupport

/// What exits say about three classes, written down by hand.
enum MadeUpAnswers {
    static let classCount = 3

    /// An exit's answer, given with a probability above 1/3; up to exactly 1.
    static func observation(_ answer: Int, exit: Int, probability: Float = 0.9) -> ExitObservation {
        var logits = [Float](repeating: max(log((1 - probability) / 2), -200), count: classCount)
        logits[answer] = log(probability)
        return ExitObservation(logits: logits.span, exit: exit)
    }

    /// A record of samples with their label and the answer of each exit.
    static func record(_ samples: [(label: Int, answers: [Int])]) -> ExitRecord<TestSplit> {
        record(
            samples.map { sample in
                (sample.label, sample.answers.enumerated().map { observation($1, exit: $0) })
            }, exitCount: samples.first?.answers.count ?? 1)
    }

    static func record(
        _ samples: [(label: Int, exits: [ExitObservation])], exitCount: Int
    ) -> ExitRecord<TestSplit> {
        ExitRecord(
            observations: samples.map(\.exits), labels: samples.map(\.label),
            exitCount: exitCount, classCount: classCount, dataset: "made up", dataChecksum: "")
    }

    /// Random answers with random probabilities.
    static func random(sampleCount: Int, seed: UInt64) -> ExitRecord<TestSplit> {
        var generator = SeededGenerator(seed: seed)
        return record(
            (0..<sampleCount).map { _ in
                (
                    .random(in: 0..<classCount, using: &generator),
                    (0..<3).map { exit in
                        observation(
                            .random(in: 0..<classCount, using: &generator), exit: exit,
                            probability: .random(in: 0.35...1, using: &generator))
                    }
                )
            }, exitCount: 3)
    }

    /// Two exits. Of the first one's answers, those with probabilities 0.5, 0.49, 0.01 are wrong
    /// and those with 0.48, 0.26, 0.26 right: entropy and probability find the wrong ones surer.
    static func separatedByMargin(count: Int) -> ExitRecord<CalibrationSplit> {
        let observations = (0..<count).map { sample -> [ExitObservation] in
            let isRight = sample.isMultiple(of: 2)
            let probabilities: [Float] = isRight ? [0.48, 0.26, 0.26] : [0.49, 0.5, 0.01]
            let logits = probabilities.map { log($0) }
            return [
                ExitObservation(logits: logits.span, exit: 0), observation(0, exit: 1),
            ]
        }
        return ExitRecord(
            observations: observations, labels: observations.map { _ in 0 }, exitCount: 2,
            classCount: classCount, dataset: "made up", dataChecksum: "")
    }

    /// Evaluated as if a small network had said it.
    static func evaluation(
        of record: ExitRecord<TestSplit>, under policy: any ExitPolicy
    ) throws -> Evaluation {
        let network = try SmallNetwork(exitCount: record.exitCount, imageCount: 0, seed: 1).network
        return try Evaluation(replaying: policy, from: record, of: network)
    }
}
