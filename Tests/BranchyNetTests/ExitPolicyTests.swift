import BranchyCompute
import BranchyNet
import TestSupport
import Testing

/// The policies beside thresholds, by hand and in the predictor.
struct ExitPolicyTests {
    /// An exit that gives an answer; where that is negative, of logits of NaN.
    private static func observation(_ answer: Int, exit: Int) -> ExitObservation {
        let logits = (0..<3).map { answer < 0 ? .nan : $0 == answer ? Float(2) : 0 }
        return ExitObservation(logits: logits.span, exit: exit)
    }

    @Test func sayWhatTheyAre() {
        let thresholds = ThresholdPolicy(thresholds: [0.3, .infinity])
        let descriptions: [(any ExitPolicy, String)] = [
            (thresholds, "entropy below 0.3, inf"),
            (ThresholdPolicy(score: .margin, thresholds: [0.5]), "margin from 0.5"),
            (ThresholdPolicy(thresholds: []), "no early exit"),
            (PatiencePolicy(patience: 2), "patience 2"),
            (FixedExitPolicy(exit: 0), "always exit 1"),
            (
                DeadlinePolicy(.microseconds(300), timeToExit: [], orEarlierBy: thresholds),
                "entropy below 0.3, inf, within 300.0 µs"
            ),
            (DeadlinePolicy(.milliseconds(2), timeToExit: []), "within 2,000.0 µs"),
            (UsersPolicy(), "UsersPolicy"),
        ]
        for (policy, description) in descriptions {
            #expect("\(policy)" == description)
        }
    }

    /// Where a policy lets a sample leave whose exits give these answers.
    private static func exit(_ answers: [Int], by policy: some ExitPolicy) -> Int {
        let observations = answers.enumerated().map { observation($1, exit: $0) }
        return answers.indices.dropLast().first { exit in
            policy.accepts(observations[exit], afterAll: Array(observations[..<exit]))
        } ?? answers.count - 1
    }

    /// With a patience of 1 two neighbours agree, with one of 2 three.
    @Test(arguments: [
        ([0, 0, 1, 1, 1], 1, 1), ([0, 1, 1, 1, 2], 1, 2), ([0, 1, 0, 1, 0], 1, 4),
        ([0, 0, 1, 1, 1], 2, 4), ([2, 2, 2, 0, 0], 2, 2), ([0, 1, 1, 1, 0], 2, 3),
        ([1, 1, 1, 1, 0], 3, 3), ([1, 1, 1, 1, 1], 4, 4), ([1, 1, 1, 1, 1], 9, 4),
        ([-1, 0, 0, 0, 0], 1, 2), ([0, -1, 0, 0, 0], 1, 3), ([-1, -1, -1, -1, 0], 1, 4),
    ])
    func patienceCountsRepeatedAnswers(answers: [Int], patience: Int, exit: Int) {
        #expect(Self.exit(answers, by: PatiencePolicy(patience: patience)) == exit)
    }

    @Test(arguments: [0, -1, .min])
    func refusesPatienceThatIsNone(patience: Int) {
        #expect(throws: PolicyError.self) {
            try PatiencePolicy(patience: patience).validate(exitCount: 3)
        }
    }

    @Test(arguments: [-1, 3, .max, .min])
    func refusesAnExitThatIsNotThere(exit: Int) {
        #expect(throws: PolicyError.self) {
            try FixedExitPolicy(exit: exit).validate(exitCount: 3)
        }
    }

    /// By hand: exits answer after 10, 30 and 100 µs, so the stages take 10, 20 and 70.
    @Test(arguments: [
        (0, 10, 30, false), (0, 10, 29, true), (0, 11, 30, true), (0, 11, 31, false),
        (1, 30, 100, false), (1, 30, 99, true), (1, 20, 90, false), (0, 500, 100, true),
    ])
    func aStageIsBegunWhereItCanFinish(exit: Int, elapsed: Int, deadline: Int, leaves: Bool) {
        let policy = DeadlinePolicy(
            .microseconds(deadline), timeToExit: [10, 30, 100].map { .microseconds($0) })
        let accepts = policy.accepts(
            Self.observation(0, exit: exit), afterAll: [], elapsed: .microseconds(elapsed))
        #expect(accepts == leaves)
    }

    @Test func aRuleLeavesBeforeTheDeadline() {
        let times: [Duration] = [.microseconds(1), .microseconds(2)]
        let observation = Self.observation(0, exit: 0)
        for (threshold, leaves) in [(Float.infinity, true), (0, false)] {
            let policy = DeadlinePolicy(
                .seconds(1), timeToExit: times,
                orEarlierBy: ThresholdPolicy(thresholds: [threshold]))
            let accepts = policy.accepts(observation, afterAll: [], elapsed: times[0])
            #expect(accepts == leaves)
        }
    }

    @Test(arguments: [
        (20, [10, 30]), (20, [10, 30, 20]), (20, [-1, 30, 40]), (9, [10, 30, 100]),
        (0, [0, 0, 0]), (-5, [0, 0, 0]), (20, []),
    ])
    func refusesDeadlinesThatCannotBeKept(deadline: Int, times: [Int]) {
        let policy = DeadlinePolicy(
            .microseconds(deadline), timeToExit: times.map { .microseconds($0) })
        #expect(throws: PolicyError.self) { try policy.validate(exitCount: 3) }
    }

    @Test func aDeadlineChecksItsRule() throws {
        let times: [Duration] = [.microseconds(10), .microseconds(10), .microseconds(30)]
        try DeadlinePolicy(times[0], timeToExit: times).validate(exitCount: 3)
        let policy = DeadlinePolicy(
            times[0], timeToExit: times, orEarlierBy: PatiencePolicy(patience: 0))
        #expect(throws: PolicyError.self) { try policy.validate(exitCount: 3) }
    }

    /// The branches before a fixed exit are not run, and the answer is that of its exit.
    @Test(arguments: 0...2)
    func aFixedExitRunsNoOtherBranch(exit: Int) throws {
        let sample = try PredictorSample()
        let engine = CountingEngine()
        let predictor = try sample.predictor(FixedExitPolicy(exit: exit), engine: engine)
        let observations = try sample.observations()
        for index in 0..<5 {
            let prediction = try predictor.predict(sample.image(index))
            #expect(prediction.observation == observations[index][exit])
        }
        let backbones = (0...exit).map { NetworkProgram.backboneSegment(ofStage: $0) }
        let branch = exit < 2 ? [NetworkProgram.branchSegment(ofStage: exit)] : []
        #expect(engine.runs.prefix(exit + 1 + branch.count).map(\.segment) == backbones + branch)
        #expect(engine.runs.count == 5 * (exit + 1 + branch.count))
    }

    /// Under a clock that the engine moves: 10 µs per segment, so exits answer after 20, 40, 50.
    @Test(arguments: [(20, 0), (39, 0), (40, 1), (49, 1), (50, 2), (1_000, 2)])
    func noStageIsBegunThatEndsTooLate(deadline: Int, exit: Int) throws {
        let clock = ManualClock()
        let sample = try PredictorSample()
        let policy = DeadlinePolicy(
            .microseconds(deadline), timeToExit: [20, 40, 50].map { .microseconds($0) })
        let predictor = try Predictor(
            network: sample.network, parameters: sample.parameters, policy: policy,
            engine: AdvancingEngine(clock: clock) { _ in .microseconds(10) }, clock: clock)
        for index in 0..<3 {
            let start = clock.now
            #expect(try predictor.predict(sample.image(index)).exit == exit)
            #expect(start.duration(to: clock.now) <= .microseconds(deadline))
        }
    }

    /// Every look at this clock would move it, and nobody looks.
    @Test func aPolicyWithoutTimeReadsNoClock() throws {
        let clock = ManualClock(tick: .seconds(1))
        let sample = try PredictorSample()
        let predictor = try Predictor(
            network: sample.network, parameters: sample.parameters,
            policy: sample.mixedPolicy(), engine: ReferenceEngine(), clock: clock)
        let before = clock.now
        _ = try predictor.predict(batch: sample.images)
        #expect(before.duration(to: clock.now) == .seconds(1))
    }
}

/// A policy that somebody wrote who says nothing of it.
private struct UsersPolicy: ExitPolicy {
    func accepts(
        _ observation: ExitObservation, after earlier: Span<ExitObservation>, elapsed: Duration
    ) -> Bool { false }

    func validate(exitCount: Int) throws(PolicyError) {}
}
