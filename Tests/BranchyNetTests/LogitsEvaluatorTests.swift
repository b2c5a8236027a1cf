import BranchyCompute
import BranchyNet
import TestSupport
import Testing

struct LogitsEvaluatorTests {
    /// The reference engine adds up in one order whatever the batch, so there is nothing to
    /// tolerate.
    @Test(arguments: [1, 3, 40])
    func computesWhatEachExitSaysAlone(batchSize: Int) throws {
        let sample = try PredictorSample()
        let expected = try sample.observations()
        var evaluator = try LogitsEvaluator(
            network: sample.network, parameters: sample.parameters, engine: ReferenceEngine(),
            batchSize: batchSize)
        let size = evaluator.batchSize
        #expect(size == batchSize)
        for first in stride(from: 0, to: sample.count, by: batchSize) {
            let count = min(batchSize, sample.count - first)
            let scalars = sample.images(Array(first..<first + count)).scalars
            var seen: [Int] = []
            try evaluator.evaluate { input in
                for index in scalars.indices { input[index] = scalars[index] }
            } _: { exit, logits in
                seen.append(exit)
                for row in 0..<count {
                    let observation = ExitObservation(
                        logits: logits.extracting(row * 4..<(row + 1) * 4), exit: exit)
                    let single = expected[first + row][exit]
                    #expect(observation == single)
                }
            }
            #expect(seen == [0, 1, 2])
        }
    }

    @Test func runsEverySegmentOncePerBatch() throws {
        let sample = try PredictorSample()
        let engine = CountingEngine()
        var evaluator = try LogitsEvaluator(
            network: sample.network, parameters: sample.parameters, engine: engine, batchSize: 4)
        try evaluator.evaluate { _ in
        } _: { _, _ in
        }
        #expect(engine.runs.map(\.segment) == [0, 1, 2, 3, 4])
    }
}
