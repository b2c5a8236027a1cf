import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyNet
import Foundation
import NativeEngine
import TestSupport
import Testing

/// Laws of every exit policy, replayed from recorded logits.
struct PolicyReplayTests {
    /// When the exits answer that are replayed here.
    private static let times = [10, 30, 60, 65, 90].map { Duration.microseconds($0) }

    // MARK: - Replay and predictor

    /// Three stages of two, two and one segments, each of which moves the clock by 10 µs.
    @Test(arguments: ExitScore.unfitted)
    func replayEqualsPrediction(_ score: ExitScore) throws {
        let sample = try SmallNetwork(exitCount: 3, seed: 8)
        let record = try sample.record()
        let times = [20, 40, 50].map { Duration.microseconds($0) }
        let rules = sample.thresholds(count: 8, of: score, from: record, seed: 9).map {
            ThresholdPolicy(score: score, thresholds: $0)
        }
        let policies = Self.policies(exitCount: 3, times: times, rules: rules)
        var exits: Set<Int> = []
        for policy in policies {
            let clock = ManualClock()
            let engine = AdvancingEngine(clock: clock) { _ in .microseconds(10) }
            let predictor = try sample.predictor(policy, engine: engine, clock: clock)
            for index in 0..<record.count {
                let prediction = try predictor.predict(sample.image(index))
                let replayed = record.replay(policy, sample: index, timeToExit: times)
                #expect(replayed == prediction.observation, "\(policy)")
                exits.insert(prediction.exit)
            }
        }
        #expect(exits == [0, 1, 2])
    }

    /// A trained network on the engine that people use, with scores of all sizes.
    @Test func replayEqualsPredictionOfBLeNetOnDrawnDigits() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Models/b-lenet").standardized.path
        let model = try ModelFolder(folder).read()
        let digits = TestSplit(try DrawnDigits.load(trainCount: 0).test)
        let clock = ManualClock()
        let all = try Predictor(
            network: model.network, parameters: model.parameters,
            policy: FixedExitPolicy(exit: 0),
            engine: AdvancingEngine(try NativeEngine(), clock: clock) { _ in .microseconds(10) },
            clock: clock)
        let record = try ExitRecord.record(
            all, on: digits, preprocessing: model.preprocessing)
        let shape = model.network.inputShape
        let images = try (0..<2_000).map { index in
            try model.preprocessing.image(of: try digits.pixels(at: index), shape: shape).scalars
        }
        let times = [20, 30].map { Duration.microseconds($0) }
        let rules = ExitScore.unfitted.flatMap { score in
            let values = (0..<record.count).map { score.value(of: record[$0][2 * $0]) }.sorted()
            return [1, 2, 3].map { quarter in
                ThresholdPolicy(score: score, thresholds: [values[quarter * values.count / 4]])
            }
        }
        for policy in Self.policies(exitCount: 2, times: times, rules: rules) {
            var session = try all.with(policy: policy).makeSession()
            var wrong = 0
            for index in images.indices {
                let image = images[index]
                let observation = try session.predict(image.span)
                let replayed = record.replay(policy, sample: index, timeToExit: times)
                if observation != replayed { wrong += 1 }
            }
            #expect(wrong == 0, "\(policy)")
        }
        #expect(Set(rules.map { record.replay($0).exited[0] }).count >= 3)
    }

    // MARK: - Monotone

    @Test(arguments: ExitScore.unfitted, 0..<4 as Range<UInt64>)
    func surerThresholdsLetNobodyLeaveEarlier(_ score: ExitScore, seed: UInt64) {
        let record = Self.record(seed: seed)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<10 {
            let low = (0..<4).map { _ in Float.random(in: 0...1.2, using: &generator) }
            let high = low.map { $0 + .random(in: 0...0.5, using: &generator) }
            let surer = ThresholdPolicy(score: score, thresholds: score.acceptsAbove ? high : low)
            let other = ThresholdPolicy(score: score, thresholds: score.acceptsAbove ? low : high)
            Self.expect(Self.exits(record, surer), areNotBefore: Self.exits(record, other))
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func morePatienceLetsNobodyLeaveEarlier(seed: UInt64) {
        let record = Self.record(seed: seed)
        let exits = (1...4).map { Self.exits(record, PatiencePolicy(patience: $0)) }
        for (less, more) in zip(exits, exits.dropFirst()) {
            Self.expect(more, areNotBefore: less)
        }
        #expect(Set(exits[0]) == [1, 2, 3, 4])
        #expect(Set(exits[3]) == [4])
    }

    @Test(arguments: [nil, PatiencePolicy(patience: 1)])
    func moreTimeLetsNobodyLeaveEarlier(rule: PatiencePolicy?) {
        let record = Self.record(seed: 5)
        let exits = (10...100).map { microseconds in
            let policy = DeadlinePolicy(
                .microseconds(microseconds), timeToExit: Self.times, orEarlierBy: rule)
            return Self.exits(record, policy)
        }
        for (less, more) in zip(exits, exits.dropFirst()) {
            Self.expect(more, areNotBefore: less)
        }
        if rule == nil {
            #expect(exits.map { Set($0).count } == exits.map { _ in 1 })
            #expect(Set(exits.map { $0[0] }) == [0, 1, 2, 3, 4])
        }
    }

    // MARK: - Labels and classes

    @Test(arguments: 0..<4 as Range<UInt64>)
    func labelsChangeNoExit(seed: UInt64) {
        let record = Self.record(seed: seed)
        var generator = SeededGenerator(seed: seed &+ 100)
        let relabelled = ExitRecord<CalibrationSplit>(
            observations: (0..<record.count).map { Array(record[$0]) },
            labels: record.labels.shuffled(using: &generator), exitCount: 5, classCount: 3,
            dataset: "noise", dataChecksum: "")
        #expect(relabelled.labels != record.labels)
        for policy in Self.randomPolicies(seed: seed) {
            #expect(Self.exits(relabelled, policy) == Self.exits(record, policy), "\(policy)")
        }
    }

    /// The names of classes mean nothing. Sums in another order may differ in their last digit,
    /// which no threshold here comes near: they have two digits.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func permutingClassesChangesNoExit(seed: UInt64) {
        let record = Self.record(seed: seed)
        for order in [[1, 2, 0], [2, 1, 0], [0, 2, 1]] {
            let permuted = Self.record(seed: seed, order: order)
            for policy in Self.randomPolicies(seed: seed) {
                #expect(Self.exits(permuted, policy) == Self.exits(record, policy), "\(policy)")
            }
        }
    }

    // MARK: - Samples

    /// Random logits of 5 exits and 3 classes, half of which lean to the class before.
    private static func record(
        seed: UInt64, order: [Int] = [0, 1, 2]
    ) -> ExitRecord<CalibrationSplit> {
        var generator = SeededGenerator(seed: seed)
        let observations = (0..<200).map { _ in
            let lean = Int.random(in: 0..<3, using: &generator)
            return (0..<5).map { exit in
                var logits = (0..<3).map { _ in Float.random(in: -2...2, using: &generator) }
                logits[lean] += 1
                let permuted = order.map { logits[$0] }
                return ExitObservation(logits: permuted.span, exit: exit)
            }
        }
        return ExitRecord(
            observations: observations,
            labels: observations.map { _ in Int.random(in: 0..<3, using: &generator) },
            exitCount: 5, classCount: 3, dataset: "noise", dataChecksum: "")
    }

    private static func randomPolicies(seed: UInt64) -> [any ExitPolicy] {
        var generator = SeededGenerator(seed: seed)
        let rules = ExitScore.unfitted.map { score in
            let thresholds = (0..<4).map { _ in
                Float(Int.random(in: 0...110, using: &generator)) / 100
            }
            return ThresholdPolicy(score: score, thresholds: thresholds)
        }
        return policies(exitCount: 5, times: times, rules: rules)
    }

    /// The rules, every exit, every patience, and deadlines at and about every exit's time, alone
    /// and with a rule.
    private static func policies(
        exitCount: Int, times: [Duration], rules: [ThresholdPolicy]
    ) -> [any ExitPolicy] {
        let others: [any ExitPolicy] =
            (0..<exitCount).map { FixedExitPolicy(exit: $0) }
            + (1...exitCount).map { PatiencePolicy(patience: $0) }
        let deadlines = times.flatMap { time -> [any ExitPolicy] in
            [
                DeadlinePolicy(time, timeToExit: times),
                DeadlinePolicy(time + .microseconds(1), timeToExit: times, orEarlierBy: rules[0]),
                DeadlinePolicy(
                    time + .microseconds(9), timeToExit: times,
                    orEarlierBy: PatiencePolicy(patience: 1)),
            ]
        }
        return rules + others + deadlines
    }

    private static func exits(
        _ record: ExitRecord<CalibrationSplit>, _ policy: any ExitPolicy
    ) -> [Int] {
        (0..<record.count).map { record.replay(policy, sample: $0, timeToExit: times).exit }
    }

    private static func expect(_ later: [Int], areNotBefore earlier: [Int]) {
        #expect(zip(later, earlier).allSatisfy { $0 >= $1 })
    }
}
