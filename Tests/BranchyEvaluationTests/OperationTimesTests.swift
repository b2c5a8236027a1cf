import BranchyCompute
import BranchyEvaluation
import BranchyNet
import NativeEngine
import TestSupport
import Testing

/// What is measured of single operations; how long they take decides nothing here.
struct OperationTimesTests {
    private let network = BranchedNetwork("n", inputShape: [3, 8, 8], classCount: 4) {
        Conv2D("conv", inputChannels: 3, outputChannels: 16, kernelSize: 3, padding: 1)
        BatchNorm2D("bn", channels: 16)
        ReLU()
        Branch("early") {
            GlobalAveragePool2D()
            Linear("fc", inputFeatures: 16, outputFeatures: 4)
        }
        Residual("block") {
            Conv2D("block.conv", inputChannels: 16, outputChannels: 16, kernelSize: 3, padding: 1)
            SiLU()
        }
        Dropout("drop", rate: 0.5)
        MaxPool2D(kernelSize: 2, stride: 2)
        Flatten()
        Linear("last", inputFeatures: 256, outputFeatures: 4)
    }

    private func parameters() throws -> ParameterStore {
        var feed = Feed(for: try network.plainProgram().program, batchSize: 1)
        feed.makeVariancesPositive()
        return feed.parameters
    }

    @Test(arguments: [CacheState.warm, .cold])
    func everyOperationHasItsTimeAndWork(caches: CacheState) throws {
        let times = try OperationTimes.measure(
            network, parameters: parameters(), engine: NativeEngine(), runs: 3, caches: caches)
        #expect(
            Set(times.operations.map(\.segment)) == ["backbone 0", "branch 0", "backbone 1"])
        #expect(times.operations.first?.name == "convolution + relu")
        #expect(times.operations.first?.shape == [16, 8, 8])
        #expect(times.operations.first?.multiplyAccumulates == 27 * 16 * 64)
        let work = times.operations.reduce(0) { $0 + $1.multiplyAccumulates }
        #expect(work == 27 * 16 * 64 + 64 + 144 * 16 * 64 + 1_024)
        #expect(times.operations.allSatisfy { $0.seconds >= 0 && $0.byteCount > 0 })
        #expect(times.wholeSeconds > 0 && times.sum > 0)
    }

    @Test func anEngineThatDoesNotSayIsRefused() throws {
        let failure = #expect(throws: EngineError.self) {
            try OperationTimes.measure(
                network, parameters: parameters(), engine: ReferenceEngine(), runs: 1)
        }
        #expect(failure?.code == .unsupported)
        #expect(failure?.message.contains("native engine") == true)
    }

    @Test func theWayToAPointHasAllThatComesBeforeIt() throws {
        let times = try BranchPointTimes.measure(
            network, parameters: parameters(), engine: NativeEngine(), runs: 3)
        #expect(times.points.map(\.name) == ["conv", "block", "block"])
        #expect(times.points == (try network.branchPoints()))
        #expect(times.seconds == times.seconds.sorted())
        #expect(times.seconds.allSatisfy { $0 > 0 && $0 <= times.wholeSeconds })
        #expect(times.shares.allSatisfy { $0 > 0 && $0 <= 1 })
    }
}
