import BranchyCompute
import BranchyNet
import Dispatch
import Synchronization
import TestSupport
import Testing

/// Laws of prediction, on the reference engine; numbers are compared bit for bit.
struct PredictorTests {
    @Test(arguments: ExitScore.unfitted)
    func aBatchIsAnsweredAsItsImagesAlone(_ score: ExitScore) throws {
        let sample = try PredictorSample()
        let predictor = try sample.predictor(sample.mixedPolicy(score))
        let batch = try predictor.predict(batch: sample.images)
        let singles = try (0..<sample.count).map { try predictor.predict(sample.image($0)) }
        #expect(batch == singles)
        for exit in 0..<3 {
            let share = batch.count { $0.exit == exit }
            #expect(share >= 5, "\(share) images leave at exit \(exit)")
        }
    }

    @Test(arguments: [1, 2, 3, 8, 1_000])
    func threadsGiveTheAnswersOfOne(threads: Int) throws {
        let sample = try PredictorSample()
        let predictor = try sample.predictor(sample.mixedPolicy())
        let expected = try predictor.predict(batch: sample.images)
        for _ in 0..<5 {
            #expect(try predictor.predict(batch: sample.images, threads: threads) == expected)
        }
    }

    @Test func everyExitSaysWhatItAnswersAlone() throws {
        let sample = try PredictorSample()
        let predictor = try sample.predictor(sample.mixedPolicy())
        for index in 0..<sample.count {
            let image = sample.image(index)
            let said = try predictor.predictAtEveryExit(image)
            #expect(said.map(\.exit) == [0, 1, 2])
            for exit in 0..<3 {
                #expect(try predictor.leaving(at: exit).predict(image) == said[exit])
            }
            let answer = try predictor.predict(image)
            #expect(said[answer.exit] == answer)
        }
        #expect(throws: NetworkError.self) {
            try predictor.predictAtEveryExit(Tensor([1, 2, 2], [0, 0, 0, 0]))
        }
    }

    @Test func theOrderOfABatchChangesNothing() throws {
        let sample = try PredictorSample()
        let predictor = try sample.predictor(sample.mixedPolicy())
        let inOrder = try predictor.predict(batch: sample.images)
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<5 {
            let order = Array(0..<sample.count).shuffled(using: &generator)
            let shuffled = try predictor.predict(batch: sample.images(order))
            #expect(shuffled == order.map { inOrder[$0] })
        }
    }

    @Test func batchesOfNoneAndOne() throws {
        let sample = try PredictorSample()
        let predictor = try sample.predictor(sample.mixedPolicy())
        let none = try predictor.predict(batch: Tensor([0, 1, 6, 6], []))
        let one = try predictor.predict(batch: sample.images([3]))
        #expect(none.isEmpty)
        #expect(one == [try predictor.predict(sample.image(3))])
    }

    /// Later segments run exactly for those images that are still inside.
    @Test func segmentsSeeExactlyTheRemaining() throws {
        let sample = try PredictorSample()
        let engine = CountingEngine()
        let predictor = try sample.predictor(sample.mixedPolicy(), engine: engine)
        #expect(engine.runs.isEmpty)
        let exits = try predictor.predict(batch: sample.images).map(\.exit)
        let marks = (0...2).map { exit in
            exits.indices.filter { exits[$0] >= exit }.map { Float($0) / 64 }
        }
        #expect(marks[0].count > marks[1].count && marks[1].count > marks[2].count)
        for stage in 0..<2 {
            let backbone = NetworkProgram.backboneSegment(ofStage: stage)
            #expect(engine.marks(ofSegment: backbone) == marks[stage])
            let branch = NetworkProgram.branchSegment(ofStage: stage)
            #expect(engine.marks(ofSegment: branch) == marks[stage])
        }
        #expect(engine.marks(ofSegment: 4) == marks[2])
        #expect(engine.runs.count == 2 * marks[0].count + 2 * marks[1].count + marks[2].count)
    }

    @Test(arguments: ExitScore.unfitted)
    func exitsEqualTheirReplay(_ score: ExitScore) throws {
        let sample = try PredictorSample()
        let policy = try sample.mixedPolicy(score)
        let predictions = try sample.predictor(policy).predict(batch: sample.images)
        for (prediction, observations) in zip(predictions, try sample.observations()) {
            let exit = (0..<2).first { exit in
                policy.accepts(observations[exit], afterAll: Array(observations[..<exit]))
            }
            #expect(prediction.observation == observations[exit ?? 2])
            #expect(prediction.exit == exit ?? 2)
            #expect(prediction.predictedClass == observations[exit ?? 2].predictedClass)
        }
    }

    @Test func aPolicySeesAllEarlierExits() throws {
        let sample = try PredictorSample()
        let policy = RecordingPolicy()
        let predictor = try Predictor(
            network: sample.network, parameters: sample.parameters, policy: policy,
            engine: ReferenceEngine())
        for _ in 0..<2 { _ = try predictor.predict(sample.image(0)) }
        #expect(policy.seen.exits.withLock { $0 } == [[0], [0, 1], [0], [0, 1]])
    }

    /// Nothing of what branches do reaches the backbone.
    @Test func thresholdsOfZeroAnswerAsTheBackboneAlone() throws {
        let sample = try PredictorSample()
        let plain = try Predictor(
            network: sample.network.withoutBranches(name: "plain"),
            parameters: sample.parameters, policy: ThresholdPolicy(thresholds: []),
            engine: ReferenceEngine())
        let predictions = try sample.predictor(ThresholdPolicy(thresholds: [0, 0]))
            .predict(batch: sample.images)
        let expected = try plain.predict(batch: sample.images)
        #expect(predictions.allSatisfy { $0.exit == 2 })
        #expect(predictions.map(\.predictedClass) == expected.map(\.predictedClass))
        #expect(predictions.map(\.observation.entropy) == expected.map(\.observation.entropy))
    }

    @Test func infiniteThresholdsLetEverybodyLeaveAtOnce() throws {
        let sample = try PredictorSample()
        let engine = CountingEngine()
        let predictor = try sample.predictor(
            ThresholdPolicy(thresholds: [.infinity, .infinity]), engine: engine)
        let predictions = try predictor.predict(batch: sample.images)
        #expect(predictions.allSatisfy { $0.exit == 0 })
        #expect(Set(engine.runs.map(\.segment)) == [0, 1])
    }

    /// A fault in an early exit must not end with a confident answer.
    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func anExitWithoutNumbersNeverAnswers(fault: Float) throws {
        let sample = try PredictorSample()
        var parameters = sample.parameters
        _ = parameters.withMutableScalars(of: "early.linear.bias") { $0[2] = fault }
        let predictor = try Predictor(
            network: sample.network, parameters: parameters,
            policy: ThresholdPolicy(thresholds: [.infinity, .infinity]),
            engine: ReferenceEngine())
        #expect(try predictor.predict(batch: sample.images).allSatisfy { $0.exit == 1 })
    }

    @Test func threadsShareAPredictor() throws {
        let sample = try PredictorSample()
        let predictor = try sample.predictor(sample.mixedPolicy())
        let expected = try predictor.predict(batch: sample.images)
        let wrong = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for index in 0..<sample.count {
                let image = (index + 5 * thread) % sample.count
                let prediction = try? predictor.predict(sample.image(image))
                if prediction != expected[image] { wrong.withLock { $0 += 1 } }
            }
        }
        #expect(wrong.withLock { $0 } == 0)
    }

    @Test func aPolicyIsReplacedWithoutCompilingAgain() throws {
        let sample = try PredictorSample()
        let policy = try sample.mixedPolicy()
        let expected = try sample.predictor(policy).predict(batch: sample.images)
        let predictor = try sample.predictor(ThresholdPolicy(thresholds: [0, 0]))
        let replaced = try predictor.with(policy: policy)
        #expect(try replaced.predict(batch: sample.images) == expected)
        #expect(throws: PolicyError.self) {
            try predictor.with(policy: ThresholdPolicy(thresholds: [0]))
        }
    }
}

/// Lets nobody leave, and remembers which exits it was shown together.
private struct RecordingPolicy: ExitPolicy {
    final class Seen: Sendable {
        let exits = Mutex<[[Int]]>([])
    }

    let seen = Seen()

    func accepts(
        _ observation: ExitObservation, after earlier: Span<ExitObservation>, elapsed: Duration
    ) -> Bool {
        let exits = earlier.indices.map { earlier[$0].exit } + [observation.exit]
        seen.exits.withLock { $0.append(exits) }
        return false
    }

    func validate(exitCount: Int) throws(PolicyError) {}
}
