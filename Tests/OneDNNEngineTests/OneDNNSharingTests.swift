#if OneDNN
import BranchyNet
import BranchyCompute
import Dispatch
import OneDNNEngine
import Synchronization
import TestSupport
import Testing

/// One executable and many callers: everybody gets the bits that one caller gets.
struct OneDNNSharingTests {
    private let program = Result { try BranchedNetwork.bLeNet.trainingProgram().program }

    private func feed(seed: UInt64, batchSize: Int) throws -> Feed {
        Feed(for: try program.get(), batchSize: batchSize, seed: seed)
    }

    @Test(arguments: [1, 2], [1, 7, 64])
    func runsAndExecutablesGiveTheSameBits(threads: Int, batchSize: Int) throws {
        let feed = try feed(seed: 1, batchSize: batchSize)
        var outputs: [[String: Tensor]] = []
        for _ in 0..<2 {
            let engine = try OneDNNEngine(threads: threads)
            let executable = try engine.compile(
                try program.get(), batchSize: batchSize, parameters: ParameterStore())
            var workspace = try executable.makeWorkspace()
            for _ in 0..<2 {
                outputs.append(try executable.outputs(feed, in: &workspace))
            }
            outputs.append(try executable.outputs(feed, inNewWorkspace: ()))
        }
        #expect(outputs.count == 6)
        for other in outputs.dropFirst() { #expect(other == outputs[0]) }
    }

    @Test(arguments: [1, 2])
    func threadsShareAnExecutable(threads: Int) throws {
        let executable = try OneDNNEngine(threads: threads).compile(
            try program.get(), batchSize: 3, parameters: ParameterStore())
        let feeds = try (0..<8).map { try feed(seed: $0, batchSize: 3) }
        let expected = try feeds.map { try executable.outputs($0, inNewWorkspace: ()) }
        let wrong = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: feeds.count) { caller in
            for turn in 0..<5 {
                let index = (caller + turn) % feeds.count
                let outputs = try? executable.outputs(feeds[index], inNewWorkspace: ())
                if outputs != expected[index] { wrong.withLock { $0 += 1 } }
            }
        }
        #expect(wrong.withLock { $0 } == 0)
    }

    /// Tasks change threads, and the engine's calls are made from one thread whoever asks.
    @Test(arguments: [1, 2])
    func tasksShareAnEngine(threads: Int) async throws {
        let (engine, program) = (try OneDNNEngine(threads: threads), try program.get())
        let feed = try feed(seed: 5, batchSize: 2)
        let expected = try engine.outputs(of: program, batchSize: 2, feed)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    await Task.yield()
                    let executable = try engine.compile(
                        program, batchSize: 2, parameters: ParameterStore())
                    await Task.yield()
                    return try executable.outputs(feed, inNewWorkspace: ()) == expected
                }
            }
            for try await isEqual in group { #expect(isEqual) }
        }
    }

    /// A predictor of many callers on an engine that has threads of its own.
    @Test(arguments: [1, 2])
    func threadsShareAPredictor(threads: Int) throws {
        let network = BranchedNetwork.bLeNet
        let parameters = Feed(for: try network.plainProgram().program, batchSize: 1).parameters
        var generator = SeededGenerator(seed: 3)
        let images = (0..<8).map { _ in
            Tensor(randomIn: 0...1, [1, 28, 28], using: &generator)
        }
        let predictor = try Predictor(
            network: network, parameters: parameters, policy: ThresholdPolicy(thresholds: [0]),
            engine: OneDNNEngine(threads: threads))
        let expected = try images.map { try predictor.predict($0) }
        let wrong = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 8) { caller in
            for turn in 0..<10 {
                let index = (caller + turn) % images.count
                let prediction = try? predictor.predict(images[index])
                if prediction != expected[index] { wrong.withLock { $0 += 1 } }
            }
        }
        #expect(wrong.withLock { $0 } == 0)
    }

    /// What an executable needs of its engine lives as long as itself.
    @Test(arguments: [1, 2])
    func anExecutableOutlivesItsEngine(threads: Int) throws {
        let feed = try feed(seed: 1, batchSize: 2)
        let executable = try OneDNNEngine(threads: threads).compile(
            try program.get(), batchSize: 2, parameters: ParameterStore())
        let expected = try OneDNNEngine(threads: threads).outputs(
            of: try program.get(), batchSize: 2, feed)
        #expect(try executable.outputs(feed, inNewWorkspace: ()) == expected)
    }
}

extension Executable {
    fileprivate func outputs(_ feed: Feed, inNewWorkspace: Void) throws -> [String: Tensor] {
        var workspace = try makeWorkspace()
        return try outputs(feed, in: &workspace)
    }
}
#endif
