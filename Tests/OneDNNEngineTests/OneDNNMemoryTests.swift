#if OneDNN
import BranchyNet
import BranchyCompute
import OneDNNEngine
import TestSupport
import Testing

struct OneDNNMemoryTests {
    /// Sizes that fit 64 bits, those of which only the bytes do not, and those that do not at all.
    @Test(
        arguments: OneDNNNetworkTests.networks,
        [31, 32, 40, 50, 52, 53, 55, 58, 60, 62].map { 1 << $0 } + [Int(Int32.max), Int.max])
    func hugeBatchesAreRefused(_ network: BranchedNetwork, batchSize: Int) throws {
        let (training, inference) = (
            try network.trainingProgram().program, try network.inferenceProgram().program
        )
        let parameters = Feed(for: inference, batchSize: 1).parameters
        for program in [training, inference] {
            try requireFailure(.outOfMemory, "a batch of \(batchSize)") {
                let executable = try OneDNNEngine().compile(
                    program, batchSize: batchSize, parameters: parameters)
                _ = try executable.makeWorkspace()
            }
        }
    }

    /// Values that are never needed at the same time share memory, in training as in inference.
    @Test(arguments: [1, 2])
    func workspacesShareMemoryBetweenValues(threads: Int) throws {
        let engine = try OneDNNEngine(threads: threads)
        let network = BranchedNetwork.bLeNet
        let training = try network.trainingProgram().program
        let trainingBytes = try workspaceBytes(of: training, batchSize: 512, engine)
        #expect(trainingBytes < 600_000_000)
        #expect(Double(trainingBytes) < 0.75 * Double(valueBytes(of: training, batchSize: 512)))
        let inference = try network.inferenceProgram().program
        let inferenceBytes = try workspaceBytes(of: inference, batchSize: 256, engine)
        #expect(Double(inferenceBytes) < 0.75 * Double(valueBytes(of: inference, batchSize: 256)))
    }

    /// One image at a time: what every request of a server costs.
    @Test func aSessionIsSmall() throws {
        let program = try BranchedNetwork.bLeNet.inferenceProgram().program
        let bytes = try workspaceBytes(of: program, batchSize: 1, OneDNNEngine())
        #expect(bytes < 1_000_000)
    }

    private func workspaceBytes(
        of program: Program, batchSize: Int, _ engine: OneDNNEngine
    ) throws -> Int {
        let executable = try engine.compile(
            program, batchSize: batchSize,
            parameters: Feed(for: program, batchSize: 1).parameters)
        let workspace = try executable.makeWorkspace()
        return workspace.byteCount
    }

    /// What all values take that a run writes, each in memory of its own.
    private func valueBytes(of program: Program, batchSize: Int) -> Int {
        program.segments.flatMap(\.instructions).flatMap(\.results).reduce(0) {
            $0 + 4 * program.type(of: $1).fullShape(batchSize: batchSize).elementCount
        }
    }
}
#endif
