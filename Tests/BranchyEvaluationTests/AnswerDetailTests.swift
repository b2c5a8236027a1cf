import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyNet
import NativeEngine
import TestSupport
import Testing

/// Classes, confusions and overthinking: by hand, and laws.
struct AnswerDetailTests {
    /// Under a patience of 1, the second, third leave at the last exit, the others at the second.
    private static let samples: [(label: Int, answers: [Int])] = [
        (0, [0, 0, 0]), (0, [0, 1, 1]), (1, [2, 1, 2]), (1, [0, 0, 1]), (2, [2, 2, 2]),
        (2, [1, 1, 0]),
    ]

    private static let policies: [any ExitPolicy] =
        [
            PatiencePolicy(patience: 1), FixedExitPolicy(exit: 0), FixedExitPolicy(exit: 1),
            FixedExitPolicy(exit: 2),
        ] + ExitScore.unfitted.map { ThresholdPolicy(score: $0, thresholds: [0.6, 0.5]) }

    private func evaluation(_ policy: any ExitPolicy) throws -> Evaluation {
        try MadeUpAnswers.evaluation(of: MadeUpAnswers.record(Self.samples), under: policy)
    }

    @Test func countsByHand() throws {
        let evaluation = try evaluation(PatiencePolicy(patience: 1))
        #expect(evaluation.counts.exited == [0, 4, 2])
        #expect(evaluation.counts.correct == [0, 2, 0])
        #expect(evaluation.counts.forcedCorrect == [3, 3, 3])
        #expect(evaluation.confusion.rows == [[1, 1, 0], [1, 0, 1], [0, 1, 1]])
        #expect(evaluation.classes.map(\.samples) == [2, 2, 2])
        #expect(evaluation.classes.map(\.accuracy) == [0.5, 0, 0.5])
        #expect(evaluation.classes.map(\.exited) == [[0, 1, 1], [0, 1, 1], [0, 2, 0]])
        #expect(evaluation.classes[1].forcedAccuracy == [0, 0.5, 0.5])
    }

    /// Classes of 4, 1 and no samples, of which 3/4 and 0/1 are right.
    @Test func balancedAccuracyWeighsClassesThatOccurAlike() throws {
        let record = MadeUpAnswers.record([
            (0, [0]), (0, [0]), (0, [0]), (0, [2]), (1, [2]),
        ])
        let evaluation = try MadeUpAnswers.evaluation(of: record, under: FixedExitPolicy(exit: 0))
        #expect(evaluation.accuracy == 0.6)
        #expect(evaluation.balancedAccuracy == 0.375)
        let none = try MadeUpAnswers.evaluation(
            of: MadeUpAnswers.record([]), under: FixedExitPolicy(exit: 0))
        #expect(none.balancedAccuracy == nil)
    }

    /// Of each class two samples, both right in the even ones.
    @Test(arguments: [20, 21]) func listsTheWorstOfManyClasses(count: Int) throws {
        let samples = (0..<count).flatMap { label in
            [label, label.isMultiple(of: 2) ? label : (label + 1) % count].map { (label, $0) }
        }
        let record = ExitRecord<TestSplit>(
            observations: samples.map { _, answer in
                let logits = (0..<count).map { $0 == answer ? 1 as Float : 0 }
                return [ExitObservation(logits: logits.span, exit: 0)]
            }, labels: samples.map(\.0), exitCount: 1, classCount: count, dataset: "made up",
            dataChecksum: "")
        let evaluation = try MadeUpAnswers.evaluation(of: record, under: FixedExitPolicy(exit: 0))
        let odd = (0..<10).map { 2 * $0 + 1 }
        #expect(evaluation.listedClasses == (count > 20 ? odd : Array(0..<count)))
    }

    /// Probabilities of 0.9 at the first exit, of 0.6 at the second.
    @Test(
        arguments: [
            (0, 4, 2), (0.59, 4, 2), (0.61, 2, 2), (0.91, 0, 0), (1, 0, 0),
        ] as [(Float, Int, Int)])
    func leavesOutAnswersThatAreTooImprobable(
        least: Float, answered: Int, correct: Int
    ) throws {
        let record = MadeUpAnswers.record(
            [0.9, 0.9, 0.6, 0.6].enumerated().map { sample, probability in
                (0, [MadeUpAnswers.observation(sample / 2, exit: 0, probability: probability)])
            }, exitCount: 1)
        let network = try SmallNetwork(exitCount: 1, imageCount: 0, seed: 1).network
        let answers = SureAnswers(
            try RecordedAnswers(replaying: FixedExitPolicy(exit: 0), from: record, of: network),
            leastProbability: least)
        #expect((answers.samples, answers.answered, answers.correct) == (4, answered, correct))
        #expect(answers.share?.estimate == Double(answered) / 4)
        #expect((answers.accuracy == nil) == (answered == 0))
    }

    @Test func namesTheCommonestMistake() throws {
        let confusion = try evaluation(PatiencePolicy(patience: 1)).confusion
        #expect(try #require(confusion.commonestMistake(ofClass: 0)) == (1, 1))
        #expect(try #require(confusion.commonestMistake(ofClass: 1)) == (0, 1))
        let perfect = try MadeUpAnswers.evaluation(
            of: MadeUpAnswers.record([(0, [0, 0, 0])]), under: FixedExitPolicy(exit: 0))
        #expect(perfect.confusion.commonestMistake(ofClass: 0) == nil)
        #expect(perfect.confusion.commonestMistake(ofClass: 1) == nil)
    }

    @Test func countsOverthinkingByHand() throws {
        let patient = try evaluation(PatiencePolicy(patience: 1)).overthinking
        #expect(patient.byExit == [1, 1] && patient.atAnyExit == 2)
        #expect(patient.avoided == 0 && patient.harmed == 1 && patient.suffered == 2)
        let first = try evaluation(FixedExitPolicy(exit: 0)).overthinking
        #expect(first.byExit == [1, 1] && first.atAnyExit == 2)
        #expect(first.avoided == 1 && first.harmed == 1 && first.suffered == 0)
        let last = try evaluation(FixedExitPolicy(exit: 2)).overthinking
        #expect(last.avoided == 0 && last.harmed == 0 && last.suffered == 2)
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func everythingAddsUp(seed: UInt64) throws {
        let record = MadeUpAnswers.random(sampleCount: 60, seed: seed)
        for policy in Self.policies {
            let evaluation = try MadeUpAnswers.evaluation(of: record, under: policy)
            let (rows, classes) = (evaluation.confusion.rows, evaluation.classes)
            for label in rows.indices {
                #expect(rows[label].reduce(0, +) == record.labels.count { $0 == label })
                #expect(classes[label].samples == rows[label].reduce(0, +))
                #expect(classes[label].correct.reduce(0, +) == rows[label][label])
            }
            for exit in 0..<3 {
                let (counts, all) = (evaluation.counts, classes)
                #expect(all.reduce(0) { $0 + $1.exited[exit] } == counts.exited[exit])
                #expect(all.reduce(0) { $0 + $1.correct[exit] } == counts.correct[exit])
                #expect(
                    all.reduce(0) { $0 + $1.forcedCorrect[exit] } == counts.forcedCorrect[exit])
            }
        }
    }

    /// What leaving early saves less what it harms is what it adds to the last exit's right answers.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func overthinkingIsTheDifferenceToTheLastExit(seed: UInt64) throws {
        let record = MadeUpAnswers.random(sampleCount: 60, seed: seed)
        for policy in Self.policies {
            let evaluation = try MadeUpAnswers.evaluation(of: record, under: policy)
            let (counts, overthinking) = (evaluation.counts, evaluation.overthinking)
            #expect(
                overthinking.avoided - overthinking.harmed
                    == counts.correct.reduce(0, +) - counts.forcedCorrect[2])
            #expect(overthinking.harmed == record.losses(.harm, under: policy).losses)
            #expect(overthinking.avoided <= overthinking.atAnyExit)
            #expect(overthinking.byExit.allSatisfy { $0 <= overthinking.atAnyExit })
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func labelsChangeNoExitAndNoAnswer(seed: UInt64) throws {
        let record = MadeUpAnswers.random(sampleCount: 60, seed: seed)
        var generator = SeededGenerator(seed: seed)
        let labels = record.labels.shuffled(using: &generator)
        #expect(labels != record.labels)
        let relabelled = MadeUpAnswers.record(
            labels.indices.map { (labels[$0], Array(record[$0])) }, exitCount: 3)
        for policy in Self.policies {
            let one = try MadeUpAnswers.evaluation(of: record, under: policy)
            let other = try MadeUpAnswers.evaluation(of: relabelled, under: policy)
            #expect(one.counts.exited == other.counts.exited)
            #expect(one.multiplyAccumulates == other.multiplyAccumulates)
            #expect(answers(one) == answers(other))
            #expect(
                one.reliability.bins.map(\.samples) == other.reliability.bins.map(\.samples))
        }
    }

    /// How often each class is the answer.
    private func answers(_ evaluation: Evaluation) -> [Int] {
        let rows = evaluation.confusion.rows
        return rows.indices.map { answer in rows.reduce(0) { $0 + $1[answer] } }
    }

    /// What is replayed is what is predicted, in every detail.
    @Test(arguments: [1, 2, 3])
    func replayedAndPredictedAreTheSame(exitCount: Int) throws {
        let sample = try SmallNetwork(exitCount: exitCount, seed: 6)
        let scored = try sample.record()
        let rules = ExitScore.unfitted.flatMap { score in
            sample.thresholds(count: 6, of: score, from: scored, seed: 3).map {
                ThresholdPolicy(score: score, thresholds: $0)
            }
        }
        let others: [any ExitPolicy] = [
            PatiencePolicy(patience: 1), FixedExitPolicy(exit: exitCount - 1),
        ]
        for engine in [ReferenceEngine(), try NativeEngine()] as [any Engine] {
            let record = try ExitRecord.record(
                sample.predictor(engine: engine), on: sample.split,
                preprocessing: SmallNetwork.preprocessing)
            for policy in rules + others {
                let predicted = try Evaluation(
                    of: sample.predictor(policy, engine: engine), on: sample.split,
                    preprocessing: SmallNetwork.preprocessing)
                let replayed = try Evaluation(
                    replaying: policy, from: record, of: sample.network)
                #expect(predicted == replayed, "\(engine.name): \(policy)")
            }
        }
    }
}
