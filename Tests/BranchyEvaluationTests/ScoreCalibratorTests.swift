import BranchyData
import BranchyEvaluation
import BranchyNet
import Testing

/// Which score is chosen, and that none of the others does better.
struct ScoreCalibratorTests {
    private static let objectives: [CalibrationObjective] = [
        .knee, .mostAccurate, .accuracy(atLeast: 0.35), .cost(atMost: 3),
        .earlyExitRate(atLeast: 0.5),
    ]

    /// Half of the answers are right early; the margin alone lets those leave and no others.
    @Test func theScoreThatTellsRightFromWrongIsChosen() throws {
        let record = MadeUpAnswers.separatedByMargin(count: 200)
        let calibrator = try ScoreCalibrator(record: record, costOfExit: [1, 4])
        let choices = try calibrator.choices(for: .knee)
        #expect(choices.map(\.score).first == .margin)
        #expect(choices[0].point.accuracy == 1 && choices[0].point.cost == 2.5)
        #expect(choices.dropFirst().allSatisfy { $0.point.cost == 4 })
        #expect(record.replay(choices[0].policy.exitPolicy).exited == [100, 100])
        #expect(try calibrator.choices(for: .accuracy(atLeast: 1)).first?.score == .margin)
        #expect(try calibrator.choices(for: .cost(atMost: 2.5)).first?.score == .margin)
        #expect(try calibrator.choices(for: .earlyExitRate(atLeast: 0.5)).first?.score == .margin)
    }

    @Test func ofEqualScoresTheFirstIsChosen() throws {
        let record = ExitRecord([
            SampleGroup(80, [2, 2], [true, true]), SampleGroup(40, [1, 2], [false, true]),
        ])
        for scores in [ExitScore.unfitted, ExitScore.unfitted.reversed()] {
            let calibrator = try ScoreCalibrator(
                record: record, scores: scores, costOfExit: [1, 4])
            #expect(try calibrator.choices(for: .knee).map(\.score) == scores)
        }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>, objectives)
    func noScoreAloneDoesBetter(seed: UInt64, objective: CalibrationObjective) throws {
        let record = ExitRecord(randomThreeClasses: 150, seed: seed)
        let costs = [1.0, 2, 4]
        let best = try ScoreCalibrator(record: record, costOfExit: costs).choices(for: objective)[0]
        for score in ExitScore.unfitted {
            let alone = try ScoreCalibrator(record: record, scores: [score], costOfExit: costs)
            guard let other = try? alone.choices(for: objective)[0].point else { continue }
            switch objective {
            case .accuracy: #expect(best.point.cost <= other.cost)
            case .mostAccurate, .cost, .earlyExitRate:
                #expect(best.point.accuracy >= other.accuracy)
            case .knee:
                // Each score's own knee is measured by its own best accuracy.
                #expect(best.point.cost <= other.cost || best.point.accuracy >= other.accuracy)
            }
        }
    }

    /// A quarter each is wrong at one of two exits, as sure as all others: where both agree they
    /// are right, and no score tells who that is.
    @Test(arguments: [
        CalibrationObjective.knee, .mostAccurate, .accuracy(atLeast: 1), .cost(atMost: 3),
        .earlyExitRate(atLeast: 0.5),
    ])
    func patienceIsChosenWhereAgreementTellsMore(objective: CalibrationObjective) throws {
        let record = ExitRecord([
            SampleGroup(100, [1, 1, 1], [true, true, true]),
            SampleGroup(50, [1, 1, 1], [true, false, true]),
            SampleGroup(50, [1, 1, 1], [false, true, true]),
        ])
        let calibrator = try ScoreCalibrator(
            record: record, considersPatience: true, costOfExit: [1, 2, 4])
        let choice = try #require(calibrator.choices(for: objective).first)
        #expect(choice.policy == .patience(PatiencePolicy(patience: 1)))
        #expect(choice.score == nil && choice.patience == 1)
        #expect(choice.point.accuracy == 1 && choice.point.cost == 3)
        #expect(choice.point.exitRates == [0, 0.5, 0.5] && choice.point.thresholds.isEmpty)
        let withoutPatience = try ScoreCalibrator(record: record, costOfExit: [1, 2, 4])
        #expect(
            try withoutPatience.choices(for: .knee).allSatisfy { $0.score != nil })
    }

    /// Of two exits none can repeat another's answer before the final one.
    @Test func twoExitsHaveNoPatience() throws {
        let record = MadeUpAnswers.separatedByMargin(count: 200)
        let calibrator = try ScoreCalibrator(
            record: record, considersPatience: true, costOfExit: [1, 4])
        #expect(try calibrator.choices(for: .knee).count == ExitScore.unfitted.count)
    }

    /// With one score it is the calibrator of that score.
    @Test(arguments: ExitScore.unfitted)
    func oneScoreIsAsItWasAlone(score: ExitScore) throws {
        let record = ExitRecord(randomThreeClasses: 150, seed: 9)
        let alone = try ThresholdCalibrator(record: record, score: score, costOfExit: [1, 2, 4])
        let calibrator = try ScoreCalibrator(
            record: record, scores: [score], costOfExit: [1, 2, 4])
        let point = { (objective: CalibrationObjective) in
            try calibrator.choices(for: objective).first?.point
        }
        #expect(try point(.knee) == alone.knee)
        #expect(try point(.mostAccurate) == alone.mostAccurate)
        #expect(try point(.accuracy(atLeast: 0.35)) == alone.point(accuracyAtLeast: 0.35))
        #expect(try point(.cost(atMost: 3)) == alone.point(costAtMost: 3))
        #expect(try point(.earlyExitRate(atLeast: 0.5)) == alone.point(earlyExitRateAtLeast: 0.5))
    }

    @Test func theNearestOfAllScoresIsNamed() throws {
        let record = MadeUpAnswers.separatedByMargin(count: 200)
        let calibrator = try ScoreCalibrator(record: record, costOfExit: [1, 4])
        let accuracy = #expect(throws: CalibrationError.self) {
            try calibrator.choices(for: .accuracy(atLeast: 1.01))
        }
        #expect(accuracy?.code == .impossibleObjective && accuracy?.nearest?.accuracy == 1)
        let cost = #expect(throws: CalibrationError.self) {
            try calibrator.choices(for: .cost(atMost: 0.9))
        }
        #expect(cost?.code == .impossibleObjective && cost?.nearest?.cost == 1)
    }
}

extension ExitRecord<CalibrationSplit> {
    /// The random answers of ``MadeUpAnswers``, to be chosen by.
    fileprivate init(randomThreeClasses sampleCount: Int, seed: UInt64) {
        let record = MadeUpAnswers.random(sampleCount: sampleCount, seed: seed)
        self.init(
            observations: (0..<record.count).map { Array(record[$0]) }, labels: record.labels,
            exitCount: 3, classCount: MadeUpAnswers.classCount, dataset: "made up",
            dataChecksum: "")
    }
}
