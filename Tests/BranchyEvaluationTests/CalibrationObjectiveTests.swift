import BranchyData
import BranchyEvaluation
import BranchyNet
import Testing

/// Which point is chosen; all numbers can be followed by hand.
struct CalibrationObjectiveTests {
    /// Leaving at exit 0 costs 1, at the end 3. From cautious to eager:
    ///
    ///     leave early   0     50 %   80 %   90 %   100 %
    ///     accuracy      96 %  96 %   95 %   94 %   91 %
    ///     cost          3     2      1.4    1.2    1
    private func falling() throws -> ThresholdCalibrator {
        try calibrator([
            SampleGroup(50, [4, 1], [true, true]),
            SampleGroup(29, [3, 1], [true, true]), SampleGroup(1, [3, 1], [false, true]),
            SampleGroup(9, [2, 1], [true, true]), SampleGroup(1, [2, 1], [false, true]),
            SampleGroup(3, [1, 1], [true, true]), SampleGroup(3, [1, 1], [false, true]),
            SampleGroup(4, [1, 1], [false, false]),
        ])
    }

    private func calibrator(
        _ groups: [SampleGroup], costs: [Double] = [1, 3]
    ) throws -> ThresholdCalibrator {
        try ThresholdCalibrator(record: ExitRecord(groups), costOfExit: costs)
    }

    @Test func theFrontIsCheapestFirst() throws {
        let front = try falling().front
        #expect(front.map(\.accuracy) == [0.91, 0.94, 0.95, 0.96])
        #expect(front.map(\.cost) == [1, 1.2, 1.4, 2])
        #expect(front.map(\.earlyExitRate) == [1, 0.9, 0.8, 0.5])
    }

    /// 96 % without anybody leaving early, and with half of them: these are faster.
    @Test func theMostAccurateIsTheFastestOfTheBest() throws {
        let found = try falling().mostAccurate
        #expect(found.accuracy == 0.96 && found.cost == 2)
    }

    // MARK: - Knee

    /// The standard error of 96 % of 100 is √(0.96·0.04/100) = 1.96 %: 95 % is within, 94 % not.
    @Test func theKneeIsWithinOneStandardErrorOfTheBest() throws {
        #expect(try falling().knee.accuracy == 0.95)
    }

    /// No point is more accurate than another: the cheapest.
    @Test(arguments: [100, 80])
    func theKneeOfAFlatFrontIsItsOnlyPoint(correct: Int) throws {
        let found = try calibrator([
            SampleGroup(correct / 2, [3, 1], [true, true]),
            SampleGroup(correct - correct / 2, [2, 1], [true, true]),
            SampleGroup(100 - correct, [1, 1], [false, false]),
        ])
        #expect(found.front.count == 1)
        #expect(found.knee == found.front[0])
        #expect(found.knee.earlyExitRate == 1)
    }

    /// The standard error of 90 % of 100 is 3 %: 88 % is within, 86 % is not.
    @Test(arguments: [(88, 1.0), (86, 3.0)])
    func theKneeOfTwoPoints(early: Int, cost: Double) throws {
        let found = try calibrator([
            SampleGroup(early, [1, 1], [true, true]),
            SampleGroup(90 - early, [1, 1], [false, true]),
            SampleGroup(10, [1, 1], [false, false]),
        ])
        #expect(found.front.map(\.accuracy) == [Double(early) / 100, 0.9])
        #expect(found.knee.cost == cost)
    }

    /// Without an error there is no standard error.
    @Test func aPerfectBestAllowsNoLoss() throws {
        let found = try calibrator([
            SampleGroup(99, [1, 1], [true, true]), SampleGroup(1, [1, 1], [false, true]),
        ])
        #expect(found.knee.accuracy == 1)
    }

    // MARK: - Accuracy

    @Test(
        arguments: [
            (0, 1), (0.91, 1), (0.911, 1.2), (0.94, 1.2), (0.95, 1.4), (0.950001, 2), (0.96, 2),
        ] as [(Double, Double)])
    func theCheapestOfAnAccuracy(objective: Double, cost: Double) throws {
        #expect(try falling().point(accuracyAtLeast: objective).cost == cost)
    }

    @Test(arguments: [0.960001, 1, .nan])
    func anAccuracyBeyondTheBestIsRefused(objective: Double) throws {
        let found = try falling()
        let error = #expect(throws: CalibrationError.self) {
            try found.point(accuracyAtLeast: objective)
        }
        #expect(error?.code == .impossibleObjective)
        #expect(error?.message.contains("\(objective)") == true)
        #expect(error?.message.hasSuffix("the best is 0.96") == true)
    }

    // MARK: - Cost

    @Test(
        arguments: [
            (1, 0.91), (1.1999, 0.91), (1.2, 0.94), (1.4, 0.95), (1.9999, 0.95), (2, 0.96),
            (.infinity, 0.96),
        ] as [(Double, Double)])
    func theMostAccurateOfACost(objective: Double, accuracy: Double) throws {
        #expect(try falling().point(costAtMost: objective).accuracy == accuracy)
    }

    @Test(arguments: [0.9999, 0, .nan])
    func aCostBelowTheCheapestIsRefused(objective: Double) throws {
        let found = try falling()
        let error = #expect(throws: CalibrationError.self) {
            try found.point(costAtMost: objective)
        }
        #expect(error?.code == .impossibleObjective)
        #expect(error?.message.contains("\(objective)") == true)
        #expect(error?.message.hasSuffix("the cheapest is 1.0") == true)
    }

    // MARK: - Early exits

    @Test(
        arguments: [
            (0, 2, 0.96), (0.5, 2, 0.96), (0.5001, 1.4, 0.95), (0.8, 1.4, 0.95), (0.81, 1.2, 0.94),
            (0.9, 1.2, 0.94), (0.9001, 1, 0.91), (1, 1, 0.91),
        ] as [(Double, Double, Double)])
    func theMostAccurateOfAnExitRate(objective: Double, cost: Double, accuracy: Double) throws {
        let point = try falling().point(earlyExitRateAtLeast: objective)
        #expect(point.accuracy == accuracy)
        #expect(point.cost == cost)
    }

    @Test(arguments: [1.0001, .nan])
    func anExitRateBeyondEverybodyIsRefused(objective: Double) throws {
        let found = try falling()
        let error = #expect(throws: CalibrationError.self) {
            try found.point(earlyExitRateAtLeast: objective)
        }
        #expect(error?.code == .impossibleObjective)
        #expect(error?.message.contains("\(objective)") == true)
        #expect(error?.message.hasSuffix("the most that can is 1.0") == true)
    }

    /// An exit that gives no numbers holds its samples back.
    @Test func theMostThatCanLeaveIsNamed() throws {
        let found = try calibrator([
            SampleGroup(25, [.nan, 1], [true, true]), SampleGroup(75, [1, 1], [true, true]),
        ])
        #expect(try found.point(earlyExitRateAtLeast: 0.75).earlyExitRate == 0.75)
        let error = #expect(throws: CalibrationError.self) {
            try found.point(earlyExitRateAtLeast: 0.76)
        }
        #expect(error?.message.hasSuffix("the most that can is 0.75") == true)
    }

    /// 10 % leave at exit 0 and 70 % at exit 1, which is 80 %, although 0.1 + 0.7 < 0.8 in binary.
    /// Only those are answered better early than late.
    @Test func sharesOfSeveralExitsAreAddedExactly() throws {
        #expect(0.1 + 0.7 < 0.8)
        let found = try calibrator(
            [
                SampleGroup(10, [3, 1, 1], [true, false, false]),
                SampleGroup(70, [1, 3, 1], [false, true, true]),
                SampleGroup(20, [1, 1, 1], [false, false, true]),
            ], costs: [1, 2, 3])
        let point = try found.point(earlyExitRateAtLeast: 0.8)
        #expect(point.exitRates == [0.1, 0.7, 0.2])
        #expect(point.accuracy == 1)
    }

    /// All leave early, at exits 0, 1 and 2: 0.7 + 0.2 + 0.1 < 1 in binary.
    @Test func everybodyIsAShareOfOne() throws {
        #expect(0.7 + 0.2 + 0.1 < 1)
        let found = try calibrator(
            [
                SampleGroup(70, [3, 1, 1, 1], [true, false, false, false]),
                SampleGroup(20, [1, 3, 1, 1], [false, true, false, false]),
                SampleGroup(10, [1, 1, 3, 1], [false, false, true, true]),
            ], costs: [1, 2, 3, 4])
        let point = try found.point(earlyExitRateAtLeast: 1)
        #expect(point.exitRates == [0.7, 0.2, 0.1, 0])
        #expect(point.accuracy == 1)
    }

    // MARK: - Overthinking

    /// Later answers may be worse, and accuracy may fall and rise again with the threshold:
    ///
    ///     leave early   0     20 %   50 %   80 %   100 %
    ///     accuracy      70 %  90 %   85 %   95 %   80 %
    ///     cost          3     2.6    2      1.4    1
    @Test func accuracyMayRiseAndFallWithTheThreshold() throws {
        let found = try calibrator([
            SampleGroup(20, [4, 1], [true, false]),
            SampleGroup(5, [3, 1], [false, true]), SampleGroup(25, [3, 1], [true, true]),
            SampleGroup(10, [2, 1], [true, false]), SampleGroup(20, [2, 1], [true, true]),
            SampleGroup(15, [1, 1], [false, true]), SampleGroup(5, [1, 1], [true, true]),
        ])
        #expect(found.sweep.map(\.accuracy) == [0.7, 0.9, 0.85, 0.95, 0.8])
        #expect(found.front.map(\.cost) == [1, 1.4])
        #expect(try found.point(accuracyAtLeast: 0.82).cost == 1.4)
        #expect(try found.point(accuracyAtLeast: 0.95).cost == 1.4)
        #expect(try found.point(costAtMost: 3).accuracy == 0.95)
        #expect(try found.point(earlyExitRateAtLeast: 0).earlyExitRate == 0.8)
        // The standard error of 95 % of 100 is 2.2 %.
        #expect(found.knee.cost == 1.4)
    }
}
