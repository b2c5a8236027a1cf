import BranchyData
import BranchyEvaluation
import BranchyNet
import Testing

struct EvaluationTests {
    @Test func agreesWithCountsByHand() throws {
        let evaluation = try SampleImages.evaluation()
        #expect(evaluation.samples == 5)
        #expect(evaluation.exitRates == [0.4, 0.6])
        #expect(evaluation.accuracy == 0.4)
        let oneOfThree = 1.0 / 3
        #expect(evaluation.exitedAccuracy == [0.5, oneOfThree])
        #expect(evaluation.forcedAccuracy == [0.6, 0.4])
    }

    /// Two linear layers of 2·2: those who leave early cost 4, the others 8.
    @Test func countsTheWorkOfEverySample() throws {
        #expect(try SampleImages.evaluation().multiplyAccumulates == (2.0 * 4 + 3 * 8) / 5)
        #expect(try SampleImages.evaluation(threshold: 0).multiplyAccumulates == 8)
        #expect(try SampleImages.evaluation(threshold: .infinity).multiplyAccumulates == 4)
    }

    @Test func nobodyLeavesEarlyAtThresholdZero() throws {
        let evaluation = try SampleImages.evaluation(threshold: 0)
        #expect(evaluation.exitRates == [0, 1])
        #expect(evaluation.exitedAccuracy == [nil, 0.4])
        #expect(evaluation.accuracy == evaluation.forcedAccuracy[1])
    }

    @Test func everybodyLeavesEarlyAtAnInfiniteThreshold() throws {
        let evaluation = try SampleImages.evaluation(threshold: .infinity)
        #expect(evaluation.exitRates == [1, 0])
        #expect(evaluation.exitedAccuracy == [0.6, nil])
        #expect(evaluation.accuracy == evaluation.forcedAccuracy[0])
    }

    @Test(arguments: [Float(0), 0.0004, 0.3, 0.58, 0.6, .infinity])
    func exitRatesAddUpToOne(threshold: Float) throws {
        let rates = try SampleImages.evaluation(threshold: threshold).exitRates
        #expect(rates.reduce(0, +) == 1)
    }

    @Test func forcedAccuracyDoesNotDependOnThePolicy() throws {
        let forced = try [0, 0.3, .infinity].map {
            try SampleImages.evaluation(threshold: $0).forcedAccuracy
        }
        #expect(Set(forced).count == 1)
    }

    @Test func nothingIsSaidAboutNoSamples() throws {
        let evaluation = try SampleImages.evaluation(of: [])
        #expect(evaluation.samples == 0)
        #expect(evaluation.accuracy == nil)
        #expect(evaluation.exitRates == [0, 0])
        #expect(evaluation.exitedAccuracy == [nil, nil])
        #expect(evaluation.forcedAccuracy == [nil, nil])
        #expect(evaluation.multiplyAccumulates == nil)
    }

    @Test(arguments: [(-1, 0), (0, 0), (1, 1), (4, 4), (5, 5), (6, 5)])
    func evaluatesAtMostTheLimit(limit: Int, samples: Int) throws {
        let evaluation = try SampleImages.evaluation(limit: limit)
        let first = try SampleImages.evaluation(of: Array(SampleImages.samples.prefix(samples)))
        #expect(evaluation.samples == samples)
        #expect(evaluation.exitRates == first.exitRates)
        #expect(evaluation.accuracy == first.accuracy)
    }

    @Test func theOrderOfSamplesDoesNotMatter() throws {
        var reversed = try SampleImages.evaluation(of: SampleImages.samples.reversed())
        let evaluation = try SampleImages.evaluation()
        #expect(reversed.dataChecksum != evaluation.dataChecksum)
        reversed.dataChecksum = evaluation.dataChecksum
        #expect(reversed == evaluation)
    }

    @Test func labelsDoNotDecideWhereSamplesLeave() throws {
        let swapped = try SampleImages.evaluation(
            of: SampleImages.samples.map { ($0.first, $0.second, 1 - $0.label) })
        let evaluation = try SampleImages.evaluation()
        #expect(swapped.exitRates == evaluation.exitRates)
        #expect(swapped.multiplyAccumulates == evaluation.multiplyAccumulates)
        #expect(swapped.accuracy == 3.0 / 5)
    }

    @Test func meansCountEverySampleOnce() throws {
        let parts = try [
            SampleImages.evaluation(of: Array(SampleImages.samples.prefix(1))),
            SampleImages.evaluation(of: Array(SampleImages.samples.dropFirst())),
        ]
        let whole = try SampleImages.evaluation()
        let right = parts.reduce(0) { $0 + ($1.accuracy ?? 0) * Double($1.samples) }
        let work = parts.reduce(0) { $0 + ($1.multiplyAccumulates ?? 0) * Double($1.samples) }
        #expect(right / 5 == whole.accuracy)
        #expect(work / 5 == whole.multiplyAccumulates)
    }

    @Test func namesTheSplitThatWasEvaluated() throws {
        let data = try SampleImages.split()
        let evaluation = try SampleImages.evaluation()
        #expect(evaluation.dataset == "pixels")
        #expect(evaluation.split == "test")
        #expect(evaluation.dataChecksum == data.checksum)
    }
}
