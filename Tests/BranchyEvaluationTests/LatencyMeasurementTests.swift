import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyNet
import Synchronization
import TestSupport
import Testing

/// With a clock that only the engine moves, measured times are known.
struct LatencyMeasurementTests {
    /// Seconds are compared with what is exact in decimals, not in binary.
    private static let rounding = 1e-12

    private func measure(
        _ sample: SmallNetwork, _ subjects: [Predictor], imageCount: Int = 6, rounds: Int = 3,
        clock: ManualClock
    ) throws -> LatencyMeasurement {
        try LatencyMeasurement.measure(
            subjects, on: sample.split, preprocessing: SmallNetwork.preprocessing,
            imageCount: imageCount, rounds: rounds, clock: clock)
    }

    /// A microsecond per instruction; by hand, for three exits: the first stage is a convolution
    /// (1), each branch flattens and multiplies (2), the second stage rectifies and convolves (2),
    /// the last rectifies, flattens and multiplies (3). Fusing puts each rectifier into the
    /// convolution before it only where no branch reads that convolution; here branches do.
    @Test func theTimeToAnExitIsTheBackboneAndEveryBranchVisited() throws {
        let sample = try SmallNetwork(exitCount: 3, seed: 1)
        let clock = ManualClock()
        let engine = AdvancingEngine(clock: clock, perInstruction: .microseconds(1))
        let predictor = try sample.predictor(engine: engine)
        let subjects = try (0..<3).map { try predictor.leaving(at: $0) }
        let measured = try measure(sample, subjects, clock: clock)
        let segments = try sample.network.inferenceProgram().program.segments
        #expect(segments.map(\.instructions.count) == [1, 2, 2, 2, 3])
        for (exit, microseconds) in [3.0, 7, 10].enumerated() {
            #expect(measured.seconds[exit].count == 6)
            for seconds in measured.seconds[exit] {
                #expect(abs(seconds - microseconds * 1e-6) < Self.rounding)
            }
        }
    }

    /// Each segment with a digit of its own, so that a sum tells which ones ran, and how often.
    @Test func everySegmentVisitedCountsOnce() throws {
        let sample = try SmallNetwork(exitCount: 3, seed: 1)
        let clock = ManualClock()
        let digits = try digits(of: sample.network)
        let engine = AdvancingEngine(clock: clock) { digits[$0.name] ?? .seconds(1) }
        let predictor = try sample.predictor(engine: engine)
        let subjects = try (0..<3).map { try predictor.leaving(at: $0) }
        let measured = try measure(sample, subjects, imageCount: 2, clock: clock)
        for (exit, microseconds) in [11.0, 1111, 11111].enumerated() {
            for seconds in measured.seconds[exit] {
                #expect(abs(seconds - microseconds * 1e-6) < Self.rounding)
            }
        }
    }

    /// 1, 10, 100, 1,000 and 10,000 microseconds by the names of the segments.
    private func digits(of network: BranchedNetwork) throws -> [String: Duration] {
        let names = try network.inferenceProgram().program.segments.map(\.name)
        #expect(Set(names).count == names.count)
        var digit = 1
        var digits: [String: Duration] = [:]
        for name in names {
            digits[name] = .microseconds(digit)
            digit *= 10
        }
        return digits
    }

    @Test func underAPolicyEachImageTakesTheTimeToItsExit() throws {
        let sample = try SmallNetwork(exitCount: 3, seed: 3)
        let record = try sample.record()
        let thresholds = (0..<2).map { record.entropies(exit: $0).median }
        let policy = ThresholdPolicy(thresholds: thresholds.map { Float($0) })
        let clock = ManualClock()
        let engine = AdvancingEngine(clock: clock, perInstruction: .microseconds(1))
        let measured = try measure(
            sample, [sample.predictor(policy, engine: engine)], imageCount: 40, clock: clock)
        let exits = (0..<40).map { record.replay(policy, sample: $0).exit }
        #expect(Set(exits) == [0, 1, 2])
        for (seconds, exit) in zip(measured.seconds[0], exits) {
            #expect(abs(seconds - [3e-6, 7e-6, 10e-6][exit]) < Self.rounding)
        }
    }

    /// Here each look at the clock takes a second. A prediction is between two looks: one second
    /// and what the engine takes. Preparing is between two others, and meets no engine.
    @Test func preparingAndPredictingAreTimedApart() throws {
        let sample = try SmallNetwork(exitCount: 2, seed: 1)
        let clock = ManualClock(tick: .seconds(1))
        let engine = AdvancingEngine(clock: clock) { _ in .seconds(100) }
        let subjects = try (0..<2).map { try sample.predictor(engine: engine).leaving(at: $0) }
        let measured = try measure(sample, subjects, imageCount: 3, clock: clock)
        #expect(measured.preparationSeconds == [1, 1, 1])
        #expect(measured.seconds == [[201, 201, 201], [301, 301, 301]])
    }

    @Test func whatMovesNoClockTakesNoTime() throws {
        let sample = try SmallNetwork(exitCount: 2, seed: 1)
        let measured = try measure(sample, [sample.predictor()], clock: ManualClock())
        #expect(measured.preparationSeconds == Array(repeating: 0, count: 6))
        #expect(measured.seconds == [Array(repeating: 0, count: 6)])
    }

    @Test func subjectsTakeTurnsInAnOrderDrawnForEachRound() throws {
        let sample = try SmallNetwork(exitCount: 1, seed: 1)
        let clock = ManualClock()
        let turns = Turns()
        let subjects = try ["A", "B", "C"].map { name in
            try sample.predictor(
                engine: AdvancingEngine(clock: clock) { _ in
                    turns.names.withLock { $0 += name }
                    return .zero
                })
        }
        _ = try measure(sample, subjects, imageCount: 20, rounds: 3, clock: clock)
        let names = Array(turns.names.withLock { $0 })
        let warmUp = ["A", "B", "C"].map { String(repeating: $0, count: 100) }.joined()
        #expect(String(names.prefix(300)) == warmUp)
        let rounds = stride(from: 300, to: names.count, by: 3).map { String(names[$0..<$0 + 3]) }
        #expect(rounds.count == 60)
        // Six orders of three; that one of them is missing among 60 fair draws has a chance of
        // 6 (5/6)^60, 1 in 9,400, and these are always the same draws.
        #expect(Set(rounds) == ["ABC", "ACB", "BAC", "BCA", "CAB", "CBA"])
    }

    /// A hundred slow runs warm up; then the rounds of each image, of which the median counts.
    @Test func theMedianOfTheRoundsCountsAndWarmingUpDoesNot() throws {
        let sample = try SmallNetwork(exitCount: 1, seed: 1)
        let clock = ManualClock()
        let warmUp = Array(repeating: 1_000_000, count: 100)
        let script = Script(warmUp + [2, 9, 1, 500, 3] + [7, 7, 1, 1, 900] + [4, 5, 6, 8, 7])
        let engine = AdvancingEngine(clock: clock) { _ in .seconds(script.next()) }
        let measured = try measure(
            sample, [sample.predictor(engine: engine)], imageCount: 3, rounds: 5, clock: clock)
        #expect(measured.seconds == [[3, 7, 6]])
        #expect(script.isDone)
    }

    @Test(arguments: [-1, 0, 1])
    func thereIsAtLeastOneRound(rounds: Int) throws {
        let sample = try SmallNetwork(exitCount: 1, seed: 1)
        let clock = ManualClock()
        let script = Script(Array(repeating: 0, count: 100) + [5, 8])
        let engine = AdvancingEngine(clock: clock) { _ in .seconds(script.next()) }
        let measured = try measure(
            sample, [sample.predictor(engine: engine)], imageCount: 2, rounds: rounds,
            clock: clock)
        #expect(measured.seconds == [[5, 8]])
        #expect(script.isDone)
    }

    @Test func fractionsOfSecondsAreKept() throws {
        let sample = try SmallNetwork(exitCount: 1, seed: 1)
        let clock = ManualClock()
        let engine = AdvancingEngine(clock: clock) { _ in .seconds(2) + .nanoseconds(345) }
        let measured = try measure(
            sample, [sample.predictor(engine: engine)], imageCount: 1, clock: clock)
        #expect(abs(measured.seconds[0][0] - 2.000_000_345) < Self.rounding)
    }

    @Test func thereAreNoMoreImagesThanTheSplitHas() throws {
        let sample = try SmallNetwork(exitCount: 2, imageCount: 4, seed: 1)
        var seen: [[Int]] = []
        let measured = try LatencyMeasurement.measure(
            [sample.predictor()], on: sample.split, preprocessing: SmallNetwork.preprocessing,
            imageCount: 9, rounds: 1, clock: ManualClock()
        ) { seen.append([$0, $1]) }
        #expect(measured.seconds.map(\.count) == [4])
        #expect(measured.preparationSeconds.count == 4)
        #expect(seen == [[1, 4], [2, 4], [3, 4], [4, 4]])
    }

    @Test func nothingToMeasureGivesNothing() throws {
        let sample = try SmallNetwork(exitCount: 2, imageCount: 0, seed: 1)
        let nobody = try measure(sample, [], clock: ManualClock())
        #expect(nobody.seconds.isEmpty && nobody.preparationSeconds.isEmpty)
        let noImages = try measure(sample, [sample.predictor()], clock: ManualClock())
        #expect(noImages.seconds == [[]])
        #expect(noImages.preparationSeconds.isEmpty)
    }
}

/// Who ran, in order.
private final class Turns: Sendable {
    let names = Mutex("")
}

extension ExitRecord {
    fileprivate func entropies(exit: Int) -> [Double] {
        (0..<count).map { Double(self[$0][$0 * exitCount + exit].entropy) }
    }
}
