import BranchyCompute
import BranchyNet
import Dispatch
import Foundation
import NativeEngine
import Synchronization
import TestSupport
import Testing

/// Threads that share the work on one image.
struct NativeThreadsTests {
    private static let cases =
        EngineConformance.inferenceCases + EngineConformance.deepInferenceCases
        + EngineConformance.broadInferenceCases

    /// Steps of any size are shared.
    private static func engine(
        _ kernels: KernelVariant = .fastest, _ precision: InferencePrecision = .float32,
        threads: Int
    ) throws -> NativeEngine {
        var engine = try NativeEngine(kernels: kernels, precision: precision, threads: threads)
        engine.leastSharedWork = 1
        return engine
    }

    @Test(arguments: KernelVariant.available, cases)
    func infers(_ kernels: KernelVariant, _ conformance: ConformanceCase) throws {
        try conformance.run(on: Self.engine(kernels, threads: 3))
    }

    /// Parts end where buffers do, or before.
    @Test(arguments: GuardedMemory.Edge.allCases, cases)
    func staysInsideItsBuffers(
        _ edge: GuardedMemory.Edge, _ conformance: ConformanceCase
    ) throws {
        try conformance.run(on: GuardedEngine(engine: Self.engine(threads: 3), edge: edge))
    }

    /// Sizes drawn at random.
    @Test(arguments: KernelVariant.available)
    func computesWhatTheReferenceComputes(_ kernels: KernelVariant) throws {
        let engine = try Self.engine(kernels, threads: 2)
        let faults = EngineSweep.asked.inferenceCases.faults { try $1.run(on: engine) }
        for fault in faults { Issue.record("\(fault)") }
    }

    /// Whatever is shared: projections and depthwise convolutions, sums, products with channels,
    /// poolings, grouped convolutions, tiles, first layers, fully connected ones.
    private static let broad = BranchedNetwork("broad", inputShape: [3, 37, 35], classCount: 10) {
        Conv2D("stem", inputChannels: 3, outputChannels: 32, kernelSize: 7, stride: 2, padding: 3)
        ReLU()
        MaxPool2D(kernelSize: 3, stride: 2, padding: 1)
        Parallel("block", join: .add) {
            Path {
                Conv2D("a", inputChannels: 32, outputChannels: 64, kernelSize: 1)
                HardSwish()
                Conv2D(
                    "b", inputChannels: 64, outputChannels: 64, kernelSize: 5, padding: 2,
                    groups: 64)
                Parallel("se", join: .multiply) {
                    Path {}
                    Path {
                        GlobalAveragePool2D(keepsDimensions: true)
                        Conv2D("e", inputChannels: 64, outputChannels: 64, kernelSize: 1)
                        Sigmoid()
                    }
                }
                Conv2D("c", inputChannels: 64, outputChannels: 32, kernelSize: 1)
            }
            Path {}
        }
        Conv2D("d", inputChannels: 32, outputChannels: 96, kernelSize: 3, padding: 1)
        SiLU()
        Branch("early") {
            GlobalAveragePool2D()
            Linear("linear", inputFeatures: 96, outputFeatures: 10)
        }
        Conv2D(
            "g", inputChannels: 96, outputChannels: 96, kernelSize: 3, stride: 2, padding: 1,
            groups: 3)
        ReLU()
        Conv2D("h", inputChannels: 96, outputChannels: 192, kernelSize: 3, padding: 1)
        AveragePool2D(kernelSize: 3, stride: 1, padding: 1)
        Flatten()
        Linear("i", inputFeatures: 192 * 25, outputFeatures: 70)
        ReLU()
        Linear("j", inputFeatures: 70, outputFeatures: 10)
    }

    private static let networks: [BranchedNetwork] = [.bLeNet, .bAlexNetFast, broad]

    /// Which thread computes a number does not change it.
    @Test(
        arguments: networks.flatMap { network in KernelVariant.available.map { (network, $0) } },
        [InferencePrecision.float32, .bfloat16])
    func resultsAreThoseOfOneThreadToTheBit(
        _ subject: (network: BranchedNetwork, kernels: KernelVariant),
        _ precision: InferencePrecision
    ) throws {
        let program = try subject.network.inferenceProgram().program
        var feed = Feed(for: program, batchSize: 2)
        feed.makeVariancesPositive()
        let folded: Program
        (folded, feed.parameters) = try program.foldingBatchNormalization(with: feed.parameters)
        let expected = try Self.engine(subject.kernels, precision, threads: 1)
            .outputs(of: folded, batchSize: 2, feed)
        for threads in [2, 3, 5] {
            let outputs = try Self.engine(subject.kernels, precision, threads: threads)
                .outputs(of: folded, batchSize: 2, feed)
            #expect(outputs == expected, "\(threads) threads")
        }
    }

    /// Teams of several callers do not meet one another, and sleep and wake as often as they are asked.
    @Test func callersHaveTeamsOfTheirOwn() throws {
        let program = try BranchedNetwork.bAlexNetFast.inferenceProgram().program
        var feed = Feed(for: program, batchSize: 1)
        feed.makeVariancesPositive()
        let folded: Program
        (folded, feed.parameters) = try program.foldingBatchNormalization(with: feed.parameters)
        let executable = try Self.engine(threads: 3).compile(
            folded, batchSize: 1, parameters: feed.parameters)
        let asked = feed
        let expected = try Self.engine(threads: 1).outputs(of: folded, batchSize: 1, feed)
        let differing = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 4) { caller in
            do {
                var workspace = try executable.makeWorkspace()
                for turn in 0..<8 {
                    let outputs = try executable.outputs(asked, in: &workspace)
                    if outputs != expected { differing.withLock { $0 += 1 } }
                    // Longer than threads look for work before they sleep, now and then.
                    if turn % 4 == caller { usleep(20_000) }
                }
            } catch {
                differing.withLock { $0 += 100 }
            }
        }
        #expect(differing.withLock { $0 } == 0)
    }

    @Test(arguments: [Int.min, -1, 0, 257, Int.max])
    func refusesOtherNumbersOfThreads(_ threads: Int) throws {
        try requireFailure(.unsupported, "\(threads) threads") {
            _ = try NativeEngine(threads: threads)
        }
    }

    /// What is too small to gain is left to the caller's thread.
    @Test func smallNetworksHaveNoTeam() throws {
        let program = try BranchedNetwork.leNet.inferenceProgram().program
        let executable = try NativeEngine(threads: 4).compile(
            program, batchSize: 1, parameters: Feed(for: program, batchSize: 1).parameters)
        let workspace = try executable.makeWorkspace()
        #expect(workspace.context == nil)
    }
}
