import BranchyData
import BranchyEvaluation
import BranchyNet
import Testing

/// Networks with more exits than combinations of thresholds can be tried for.
struct ThresholdSolverTests {
    private func calibrator(
        _ record: ExitRecord<CalibrationSplit>
    ) throws -> ThresholdCalibrator {
        try ThresholdCalibrator(
            record: record, costOfExit: (0..<record.exitCount).map { Double($0 + 1) })
    }

    /// Five early exits are the first that are searched one threshold at a time; from fifteen on,
    /// two candidates for each would be more combinations than are listed.
    @Test(arguments: [6, 16, 24])
    func manyExitsHaveAFrontToo(exitCount: Int) throws {
        let record = ExitRecord.random(
            exitCount: exitCount, sampleCount: 100, levels: 20, seed: 3)
        let found = try calibrator(record)
        for (one, next) in zip(found.front, found.front.dropFirst()) {
            #expect(one.cost < next.cost && one.accuracy < next.accuracy)
        }
        for point in found.front {
            let counts = record.replay(ThresholdPolicy(thresholds: point.thresholds))
            #expect(counts.accuracy == point.accuracy)
            #expect(counts.exitRates == point.exitRates)
        }
        let nobody = Array(repeating: Float(0), count: exitCount - 1)
        let cautious = record.replay(ThresholdPolicy(thresholds: nobody)).accuracy ?? 1
        #expect(try #require(found.front.last).accuracy >= cautious)
        #expect(try #require(found.front.first).cost == 1)
        #expect(try found.point(earlyExitRateAtLeast: 1).earlyExitRate > 0.999)
    }

    @Test func tooManyCombinationsAreNotListed() throws {
        let few = ExitRecord.random(exitCount: 15, sampleCount: 100, levels: 5, seed: 1)
        #expect(try calibrator(few).sweep.count == 16_384)
        let many = ExitRecord.random(exitCount: 16, sampleCount: 100, levels: 5, seed: 1)
        let found = try calibrator(many)
        #expect(found.sweep == found.front)
    }
}
