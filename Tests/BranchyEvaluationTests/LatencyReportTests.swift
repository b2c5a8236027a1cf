import BranchyData
import BranchyEvaluation
import BranchyNet
import TestSupport
import Testing

struct LatencyReportTests {
    /// Microseconds are compared after seconds have been multiplied.
    private static let rounding = 1e-6

    /// Measures subjects that take given microseconds for each image.
    private func measurement(_ microseconds: [[Int]]) throws -> LatencyMeasurement {
        let count = microseconds[0].count
        let sample = try SmallNetwork(exitCount: 1, imageCount: count, seed: 1)
        let clock = ManualClock()
        let subjects = try microseconds.map { times in
            let script = Script(Array(repeating: 0, count: 100) + times)
            return try sample.predictor(
                engine: AdvancingEngine(clock: clock) { _ in .microseconds(script.next()) })
        }
        return try LatencyMeasurement.measure(
            subjects, on: sample.split, preprocessing: SmallNetwork.preprocessing,
            imageCount: count, rounds: 1, clock: clock)
    }

    /// A network with two exits: under the policy, at exit 0, at the end, and perhaps the plain one.
    private func report(_ policy: [Int], plain: [Int]? = nil) throws -> LatencyReport {
        let exits = [policy.map { _ in 5 }, policy.map { _ in 60 }]
        let subjects = [policy] + exits + (plain.map { [$0] } ?? [])
        return LatencyReport(try measurement(subjects), exitCount: 2)
    }

    private func noise(around center: Int, count: Int = 100, seed: UInt64) -> [Int] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            center + .random(in: -center / 5...center / 5, using: &generator)
        }
    }

    private func expect(_ number: Double, _ expected: Double) {
        #expect(abs(number - expected) < Self.rounding)
    }

    /// Of 1, 2, … 101 in any order, each percent is a step of one.
    @Test func percentilesByHand() throws {
        var generator = SeededGenerator(seed: 1)
        let report = try report(Array(1...101).shuffled(using: &generator))
        #expect(report.images == 101)
        expect(report.policy.mean, 51)
        expect(report.policy.median, 51)
        expect(report.policy.p95, 96)
        expect(report.policy.p99, 100)
    }

    /// Of five numbers the 95th percentile lies at place 0.95·4 = 3.8, the 99th at 3.96.
    @Test func percentilesOfFewImagesAreInterpolated() throws {
        let report = try report([40, 10, 110, 20, 30])
        expect(report.policy.mean, 42)
        expect(report.policy.median, 30)
        expect(report.policy.p95, 96)
        expect(report.policy.p99, 107.2)
    }

    @Test func exitsAndTheWorstCaseAreMedians() throws {
        let report = LatencyReport(
            try measurement([[9, 9, 9], [1, 2, 30], [50, 70, 90], [20, 40, 30]]), exitCount: 2)
        #expect(report.exits.count == 2)
        expect(report.exits[0], 2)
        expect(report.exits[1], 70)
        expect(report.policy.worstCase, 70)
        let baseline = try #require(report.baseline)
        expect(baseline.median, 30)
        expect(baseline.worstCase, 30)
        expect(report.preparation, 0)
    }

    /// Here each look at the clock takes a second, and so preparing an image does; a segment takes a
    /// hundred. Leaving at the first exit takes two segments, at the second three.
    @Test func fromBytesThePreparationCounts() throws {
        let sample = try SmallNetwork(exitCount: 2, seed: 1)
        let clock = ManualClock(tick: .seconds(1))
        let predictor = try sample.predictor(
            engine: AdvancingEngine(clock: clock) { _ in .seconds(100) })
        let measurement = try LatencyMeasurement.measure(
            [0, 0, 1, 1].map { try predictor.leaving(at: $0) }, on: sample.split,
            preprocessing: SmallNetwork.preprocessing, imageCount: 3, rounds: 1, clock: clock)
        let report = LatencyReport(measurement, exitCount: 2)
        expect(report.preparation, 1e6)
        expect(report.policy.mean, 201e6)
        expect(report.fromBytes.mean, 202e6)
        expect(try #require(report.fromBytes.baselineMean), 302e6)
        expect(try #require(report.gain).estimate, 301.0 / 201)
        expect(try #require(report.fromBytes.gain).estimate, 302.0 / 202)
    }

    @Test func withoutAPlainNetworkThereIsNoGainFromBytes() throws {
        let times = try report([35, 5]).fromBytes
        expect(times.mean, 20)
        #expect(times.baselineMean == nil && times.gain == nil)
    }

    /// The means are 20 and 50; the mean of the ratios would be another: (2 + 9)/2.
    @Test func theGainIsTheRatioOfTheMeans() throws {
        let report = try report([35, 5], plain: [70, 45])
        let gain = try #require(report.gain)
        expect(gain.estimate, 115.0 / 40)
        // Two images can only be drawn as one of them twice, or both.
        expect(gain.low, 2)
        expect(gain.high, 9)
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func theIntervalContainsTheEstimate(seed: UInt64) throws {
        let report = try report(
            noise(around: 100, seed: seed), plain: noise(around: 130, seed: seed &+ 100))
        let gain = try #require(report.gain)
        #expect(gain.low < gain.estimate && gain.estimate < gain.high)
    }

    @Test func equalTimesAreNoGain() throws {
        let times = noise(around: 100, seed: 1)
        let report = try report(times, plain: times)
        let gain = try #require(report.gain)
        #expect(gain.low == 1 && gain.estimate == 1 && gain.high == 1)
        #expect(!report.isGain)
    }

    /// The same times, met by other images: the means are equal, the draws are not.
    @Test func equalDistributionsAreNoGain() throws {
        let times = noise(around: 100, seed: 2)
        let report = try report(times, plain: times.reversed())
        let gain = try #require(report.gain)
        expect(gain.estimate, 1)
        #expect(gain.low < 1 && gain.high > 1)
        #expect(gain.low > 0.9 && gain.high < 1.1)
        #expect(!report.isGain)
    }

    @Test func twiceAsFastIsAGain() throws {
        let report = try report(
            noise(around: 100, seed: 3), plain: noise(around: 200, seed: 4))
        let gain = try #require(report.gain)
        #expect(report.isGain)
        #expect(gain.low > 1.9 && gain.high < 2.1)
        #expect(!gain.excludes(2))
    }

    @Test func twiceAsSlowIsNone() throws {
        let report = try report(
            noise(around: 200, seed: 5), plain: noise(around: 100, seed: 6))
        let gain = try #require(report.gain)
        #expect(gain.high < 1)
        #expect(!report.isGain)
    }

    /// What the plain network is compared with are the same images: what an image costs both
    /// alike cancels, however much images differ.
    @Test func imagesArePaired() throws {
        let times = noise(around: 1_000, seed: 7)
        let report = try report(times, plain: times.map { $0 * 2 })
        let gain = try #require(report.gain)
        expect(gain.estimate, 2)
        expect(gain.low, 2)
        expect(gain.high, 2)
    }

    @Test func withoutABaselineThereIsNoGain() throws {
        let report = try report([1, 2, 3])
        #expect(report.baseline == nil)
        #expect(report.gain == nil)
        #expect(!report.isGain)
    }

    @Test func readingTwiceGivesTheSame() throws {
        let measurement = try measurement([
            noise(around: 50, seed: 1), noise(around: 20, seed: 2), noise(around: 90, seed: 3),
            noise(around: 80, seed: 4),
        ])
        let first = LatencyReport(measurement, exitCount: 2)
        #expect(LatencyReport(measurement, exitCount: 2) == first)
    }

    @Test(arguments: 0...2)
    func leavingAtAnExitVisitsThoseBefore(exit: Int) throws {
        let sample = try SmallNetwork(exitCount: 3, seed: 1)
        let engine = CountingEngine()
        let predictor = try sample.predictor(engine: engine).leaving(at: exit)
        for index in 0..<5 {
            #expect(try predictor.predict(sample.image(index)).exit == exit)
        }
        let visited = [[0, 1], [0, 1, 2, 3], [0, 1, 2, 3, 4]][exit]
        #expect(engine.runs.map(\.segment) == Array(repeating: visited, count: 5).flatMap(\.self))
    }
}
