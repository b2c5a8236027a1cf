import BranchyCompute
import BranchyNet
import CAllocationCounter
import Dispatch
import NativeEngine
import Synchronization
import TestSupport
import Testing

/// Whole networks on the native engine.
struct NativeNetworkTests {
    /// Those that the reference engine gets through in seconds: of residual blocks the conformance
    /// suite has small ones.
    private static let networks: [BranchedNetwork] = [.bLeNet, .leNet, .bAlexNet, .bAlexNetFast]

    /// Layers are moved, fused and folded, and laid out anew; the reference runs them as written.
    @Test(arguments: networks, KernelVariant.available)
    func infersThePlainLogits(_ network: BranchedNetwork, _ kernels: KernelVariant) throws {
        let plain = try network.plainProgram().program
        for batchSize in [1, 3] {
            var feed = Feed(for: plain, batchSize: batchSize)
            feed.makeVariancesPositive()
            var folded = feed
            let program: Program
            (program, folded.parameters) = try network.inferenceProgram().program
                .foldingBatchNormalization(with: feed.parameters)
            let outputs = try NativeEngine(kernels: kernels).outputs(
                of: program, batchSize: batchSize, folded)
            try Agreement(reference: plain, batchSize: batchSize, feed).require(outputs)
        }
    }

    @Test(arguments: BranchedNetwork.known)
    func refusesToTrain(_ network: BranchedNetwork) throws {
        let program = try network.trainingProgram().program
        try requireFailure(.unsupported, "training") {
            _ = try NativeEngine().compile(
                program, batchSize: 1, parameters: Feed(for: program, batchSize: 1).parameters)
        }
    }

    /// Sizes that fit 64 bits, those of which only the bytes do not, and those that do not at all.
    @Test(
        arguments: networks,
        [31, 32, 40, 50, 52, 53, 55, 58, 60, 62].map { 1 << $0 } + [Int(Int32.max), Int.max])
    func refusesHugeBatches(_ network: BranchedNetwork, batchSize: Int) throws {
        let program = try network.inferenceProgram().program
        let parameters = Feed(for: program, batchSize: 1).parameters
        try requireFailure(.outOfMemory, "a batch of \(batchSize)") {
            let executable = try NativeEngine().compile(
                program, batchSize: batchSize, parameters: parameters)
            _ = try executable.makeWorkspace()
        }
    }

    /// A frame of zeros around the image would not fit any memory.
    @Test func refusesAbsurdPaddings() throws {
        for padding in [1 << 20, 1 << 30] {
            let program = try Program { program in
                let x = program.addInput("x", ValueType([1, 1, 1]))
                let w = program.addParameter("w", [1, 1, 1, 1])
                program.beginSegment("only")
                let convolution = Program.Operation.Convolution(
                    stride: Extent2D(1 << 30), padding: Padding2D(padding))
                program.addOutput("y", try program.apply(.convolution(convolution), x, w))
            }
            try requireFailure(.outOfMemory, "a padding of \(padding)") {
                _ = try NativeEngine().compile(
                    program, batchSize: 1, parameters: Feed(for: program, batchSize: 1).parameters)
            }
        }
    }

    /// What nobody else holds is gone once it is packed: large networks are not in memory twice.
    @Test(.enabled(if: allocated_byte_count() >= 0))
    func compilingLetsGoOfParameters() throws {
        let network = BranchedNetwork.bAlexNet
        let plain = try network.plainProgram().program
        let size = 4 * Feed(for: plain, batchSize: 1).parameters.scalarCount
        let before = allocated_byte_count()
        let parameters = Feed(for: plain, batchSize: 1).parameters
        // They are counted; what was held before them may go only now.
        #expect(allocated_byte_count() - before > size / 2)
        let predictor = try Predictor(
            network: network, parameters: consume parameters, policy: FixedExitPolicy(exit: 0),
            engine: NativeEngine())
        #expect(allocated_byte_count() - before < size / 4, "\(predictor.network.name)")
    }

    /// Eight threads on one predictor give the answers of one.
    @Test func threadsShareAPredictor() throws {
        var generator = SeededGenerator(seed: 3)
        let images = (0..<32).map { _ in
            Tensor(randomIn: 0...1, [1, 28, 28], using: &generator)
        }
        let leaving = try predictor(of: .bLeNet, thresholds: [.infinity])
        let entropies = try images.map { try leaving.predict($0).observation.entropy }.sorted()
        let predictor = try leaving.with(policy: ThresholdPolicy(thresholds: [entropies[16]]))
        let expected = try images.map { try predictor.predict($0) }
        #expect(Set(expected.map(\.exit)) == [0, 1], "some leave early, some do not")
        let wrong = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 8) { caller in
            for turn in 0..<200 {
                let index = (5 * caller + turn) % images.count
                let prediction = try? predictor.predict(images[index])
                if prediction != expected[index] { wrong.withLock { $0 += 1 } }
            }
        }
        #expect(wrong.withLock { $0 } == 0)
    }

    /// A session asks for no memory once it is made, whichever exit answers.
    @Test(
        arguments: [
            ThresholdPolicy(thresholds: [0]), ThresholdPolicy(thresholds: [.infinity]),
            ThresholdPolicy(
                score: .ensemble(ExitEnsemble(weights: [[2]])), thresholds: [.infinity]),
            ThresholdPolicy(score: .ensemble(ExitEnsemble(weights: [[2]])), thresholds: [0]),
            ThresholdPolicy(
                score: .failure(FailurePredictor(weights: [[0, 1, 1, 1, 1]])), thresholds: [0]),
            FixedExitPolicy(exit: 0), FixedExitPolicy(exit: 1), PatiencePolicy(patience: 1),
            DeadlinePolicy(
                .seconds(60), timeToExit: [.zero, .zero],
                orEarlierBy: ThresholdPolicy(thresholds: [0])),
        ] as [any ExitPolicy])
    func predictingAllocatesNothing(policy: any ExitPolicy) throws {
        try #require(allocation_count() >= 0, "allocations cannot be counted here")
        let predictor = try predictor(of: .bLeNet, thresholds: [0]).with(policy: policy)
            .with(temperatures: ExitTemperatures([1.5, 2]))
        var session = try predictor.makeSession()
        let image = [Float](repeating: 0.5, count: 28 * 28)
        _ = try session.predict(image.span)
        let before = allocation_count()
        for _ in 0..<100 { _ = try session.predict(image.span) }
        #expect(allocation_count() == before)
    }

    private func predictor(
        of network: BranchedNetwork, thresholds: [Float]
    ) throws -> Predictor {
        let parameters = Feed(for: try network.plainProgram().program, batchSize: 1).parameters
        return try Predictor(
            network: network, parameters: parameters,
            policy: ThresholdPolicy(thresholds: thresholds), engine: NativeEngine())
    }
}
