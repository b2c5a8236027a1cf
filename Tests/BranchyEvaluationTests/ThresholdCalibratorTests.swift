import BranchyData
import BranchyEvaluation
import BranchyNet
import TestSupport
import Testing

/// Which thresholds are tried, and what they are found to do.
struct ThresholdCalibratorTests {
    private static let costs: [Double] = [1, 2.5, 4, 8]

    private func calibrator(
        _ record: ExitRecord<CalibrationSplit>, _ score: ExitScore = .entropy
    ) throws -> ThresholdCalibrator {
        let costs = Array(Self.costs.prefix(record.exitCount))
        return try ThresholdCalibrator(record: record, score: score, costOfExit: costs)
    }

    /// Sharp answers leave first: the order of samples, and of candidates, follows confidence.
    @Test(arguments: ExitScore.unfitted)
    func candidatesLieMidwayBetweenNeighbours(score: ExitScore) throws {
        let record = ExitRecord([
            SampleGroup(30, [1, 1], [true, true]), SampleGroup(20, [3, 1], [true, true]),
            SampleGroup(50, [2, 1], [false, true]),
        ])
        let scores = record.distinct(score, exit: 0)
        #expect(scores.count == 3)
        let (lower, upper) = ((scores[0] + scores[1]) / 2, (scores[1] + scores[2]) / 2)
        let expected: [Float] =
            score.acceptsAbove ? [.infinity, upper, lower, 0] : [0, lower, upper, .infinity]
        let sweep = try calibrator(record, score).sweep
        let thresholds = sweep.map { $0.thresholds[0] }
        #expect(thresholds.count == 4)
        for (threshold, wanted) in zip(thresholds, expected) {
            #expect(threshold == wanted || abs(threshold - wanted) <= 2 * wanted.ulp)
        }
        #expect(sweep.map { $0.exitRates[0] } == [0, 0.2, 0.7, 1])
        #expect(sweep.map(\.accuracy) == [1, 1, 0.5, 0.5])
        #expect(sweep.map(\.cost) == [2.5, 2.2, 1.45, 1])
    }

    /// Between two scores that are neighbouring floats there is no third; a threshold has to
    /// tell them apart all the same.
    @Test func neighbouringFloatsAreToldApart() throws {
        var confidence: Float = 1
        var pairs: [(Float, Float)] = []
        while pairs.count < 4 {
            let (more, less) = (entropy(confidence.nextUp), entropy(confidence))
            if less == more.nextUp { pairs.append((confidence.nextUp, confidence)) }
            confidence = confidence.nextUp
        }
        for (surer, other) in pairs {
            let record = ExitRecord([
                SampleGroup(60, [surer, 1], [true, true]),
                SampleGroup(40, [other, 1], [true, true]),
            ])
            let rates = try calibrator(record).sweep.map { $0.exitRates[0] }
            #expect(rates == [0, 0.6, 1])
        }
    }

    private func entropy(_ confidence: Float) -> Float {
        SampleGroup(1, [confidence], [true]).observations[0].entropy
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>, [ExitScore.entropy, .maximumProbability])
    func findsWhatBruteForceFinds(seed: UInt64, score: ExitScore) throws {
        let exitCount = seed.isMultiple(of: 2) ? 2 : 3
        let record = ExitRecord.random(
            exitCount: exitCount, levels: exitCount == 2 ? 60 : 10, seed: seed)
        let found = try calibrator(record, score)
        let points =
            BruteForce(record, score, costOfExit: Array(Self.costs.prefix(exitCount))).points
        #expect(found.sweep.count == points.count)
        for objective in [0.3, 0.5, 0.55, 0.6, 0.65] {
            let cheapest = points.filter { $0.accuracy >= objective }.map(\.cost).min()
            let chosen = try? found.point(accuracyAtLeast: objective)
            #expect(chosen?.cost == cheapest)
        }
        for objective in [0.9, 1, 1.3, 1.9, 2.2, 3] {
            let best = points.filter { $0.cost <= objective }.map(\.accuracy).max()
            let chosen = try? found.point(costAtMost: objective)
            #expect(chosen?.accuracy == best)
        }
        for objective in 0...121 {
            let fitting = points.filter { $0.earlyExits >= objective }
            let best = fitting.map(\.accuracy).max()
            let cost = fitting.filter { $0.accuracy == best }.map(\.cost).min()
            let chosen = try? found.point(earlyExitRateAtLeast: Double(objective) / 120)
            #expect(chosen?.accuracy == best && chosen?.cost == cost, "\(objective) of 120")
        }
    }

    /// What a point says of itself is what its thresholds do.
    @Test(arguments: ExitScore.unfitted)
    func pointsSayWhatTheirThresholdsDo(score: ExitScore) throws {
        let record = ExitRecord.random(exitCount: 3, levels: 9, seed: 8)
        for point in try calibrator(record, score).sweep {
            let policy = ThresholdPolicy(score: score, thresholds: point.thresholds)
            let counts = record.replay(policy)
            #expect(counts.exitRates == point.exitRates)
            #expect(counts.accuracy == point.accuracy)
            #expect(counts.meanCost([1, 2.5, 4]) == point.cost)
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func noPointOfTheFrontIsBeaten(seed: UInt64) throws {
        let record = ExitRecord.random(exitCount: 3, levels: 14, seed: seed)
        let found = try calibrator(record)
        #expect(!found.front.isEmpty)
        for (one, next) in zip(found.front, found.front.dropFirst()) {
            #expect(one.cost < next.cost && one.accuracy < next.accuracy)
        }
        for point in found.front {
            #expect(found.sweep.contains(point))
            let beating = found.sweep.filter {
                $0.cost <= point.cost && $0.accuracy >= point.accuracy
                    && ($0.cost < point.cost || $0.accuracy > point.accuracy)
            }
            #expect(beating.isEmpty)
        }
        for point in found.sweep {
            let isMatched = found.front.contains {
                $0.cost <= point.cost && $0.accuracy >= point.accuracy
            }
            #expect(isMatched)
        }
        #expect(found.front.last?.accuracy == found.sweep.map(\.accuracy).max())
        #expect(found.front.first?.cost == found.sweep.map(\.cost).min())
    }

    @Test func calibratingTwiceGivesTheSame() throws {
        let record = ExitRecord.random(exitCount: 3, levels: 20, seed: 4)
        let (first, second) = (try calibrator(record), try calibrator(record))
        #expect(first.sweep == second.sweep && first.front == second.front)
        #expect(first.knee == second.knee)
    }

    /// Of thresholds that do the same, the most cautious are taken.
    @Test func equalsAreDecidedForCaution() throws {
        let record = ExitRecord([
            SampleGroup(100, [2, 2, 1], [true, true, true])
        ])
        let found = try calibrator(record)
        #expect(found.sweep.count == 4)
        #expect(found.front.map(\.thresholds) == [[.infinity, 0]])
        #expect(found.front[0].exitRates == [1, 0, 0])
    }

    @Test func ninetyNineSamplesAreTooFew() throws {
        let few = ExitRecord([SampleGroup(99, [1, 1], [true, true])])
        let error = #expect(throws: CalibrationError.self) { try calibrator(few) }
        #expect(error?.code == .tooFewSamples)
        #expect(error?.message == "99 calibration samples of made up, expected at least 100")
        let enough = ExitRecord([SampleGroup(100, [1, 1], [true, true])])
        #expect(try calibrator(enough).sweep.count == 2)
    }

    @Test func oneExitLeavesNothingToChoose() {
        let record = ExitRecord([SampleGroup(100, [1], [true])])
        let error = #expect(throws: CalibrationError.self) { try calibrator(record) }
        #expect(error?.code == .noChoice)
        #expect(error?.message.contains("one exit only") == true)
    }

    /// 27³ = 19,683 is the largest cube within the limit.
    @Test func fourExitsGiveAtMostTwentyThousandCandidates() throws {
        let record = ExitRecord.random(exitCount: 4, sampleCount: 100, levels: 90, seed: 1)
        let sweep = try calibrator(record).sweep
        #expect(ThresholdCalibrator.candidateLimit == 20_000)
        #expect(sweep.count == 19_683)
        #expect(Set(sweep.map(\.thresholds)).count == sweep.count)
        #expect(sweep.first?.thresholds == [0, 0, 0])
        #expect(sweep.last?.thresholds == [.infinity, .infinity, .infinity])
    }

    /// A later exit is judged by those that are still inside: the ten that would be wrong at exit 1
    /// have left, rightly, at exit 0.
    @Test func samplesThatLeftAreNotCountedAgain() throws {
        let record = ExitRecord([
            SampleGroup(10, [3, 3, 1], [true, false, false]),
            SampleGroup(60, [1, 3, 1], [false, true, true]),
            SampleGroup(30, [1, 1, 1], [false, false, true]),
        ])
        let found = try calibrator(record)
        let best = try found.point(accuracyAtLeast: 1)
        #expect(best.exitRates == [0.1, 0.6, 0.3])
        #expect(abs(best.cost - (10 * 1 + 60 * 2.5 + 30 * 4) / 100) < 1e-12)
        let withoutFirst = found.sweep.filter { $0.exitRates == [0, 0.7, 0.3] }
        #expect(withoutFirst.map(\.accuracy) == [0.9])
    }

    /// NaN is never sure: those samples go on, whatever the threshold.
    @Test func exitsWithoutNumbersAnswerNobody() throws {
        let record = ExitRecord([
            SampleGroup(40, [.nan, 1], [true, true]), SampleGroup(60, [1, 1], [true, true]),
        ])
        let sweep = try calibrator(record).sweep
        #expect(sweep.map { $0.thresholds[0] } == [0, .infinity])
        #expect(sweep.map { $0.exitRates[0] } == [0, 0.6])
    }
}
