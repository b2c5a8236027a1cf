import BranchyCompute
import BranchyNet
import NativeEngine
import TestSupport
import Testing

/// What the engine says of its calls, and that timing them changes nothing.
struct NativeTimingTests {
    private static let networks: [BranchedNetwork] = [.leNet, .bLeNet, .bAlexNetFast]

    private func executable(
        _ network: BranchedNetwork, batchSize: Int = 1
    ) throws -> any TimedExecutable {
        let program = try network.inferenceProgram().program
        var feed = Feed(for: program, batchSize: batchSize)
        feed.makeVariancesPositive()
        let executable = try NativeEngine().compile(
            program, batchSize: batchSize, parameters: feed.parameters)
        return try #require(executable as? any TimedExecutable)
    }

    @Test(arguments: networks)
    func callsThatAreTimedComputeTheSame(_ network: BranchedNetwork) throws {
        let executable = try executable(network)
        var whole = try executable.makeWorkspace()
        var timed = try executable.makeWorkspace()
        for segment in executable.program.segments.indices {
            var calls: [Int] = []
            try executable.run(segment, in: &whole)
            try executable.run(segment, in: &timed) { calls.append($0) }
            let expected = executable.implementations.indices.filter {
                executable.implementations[$0].segment == segment
            }
            #expect(calls == expected)
        }
        for output in executable.program.outputs.indices {
            let results = [
                whole.withOutput(output) { span in span.indices.map { span[$0] } },
                timed.withOutput(output) { span in span.indices.map { span[$0] } },
            ]
            #expect(results[0].allSatisfy { $0.isFinite })
            #expect(results[0] == results[1])
        }
    }

    @Test func aForeignWorkspaceIsRefused() throws {
        let executable = try executable(.leNet)
        var foreign = try self.executable(.leNet).makeWorkspace()
        let failure = #expect(throws: EngineError.self) {
            try executable.run(0, in: &foreign) { _ in }
        }
        #expect(failure?.code == .foreignWorkspace)
    }

    /// No work is lost, and none is counted twice, however many calls an instruction takes.
    @Test(arguments: networks, [1, 3])
    func costsAddUpToTheProgram(_ network: BranchedNetwork, batchSize: Int) throws {
        let executable = try executable(network, batchSize: batchSize)
        let costs = executable.implementations.compactMap(\.cost)
        #expect(costs.count == executable.implementations.count)
        let program = executable.program
        let work = program.segments.indices.reduce(0) {
            $0 + program.multiplyAccumulates(inSegment: $1)
        }
        #expect(costs.reduce(0) { $0 + $1.multiplyAccumulates } == batchSize * work)
        let parameters = program.parameters.reduce(0) {
            $0 + 4 * program.type(of: $1.value).shape.elementCount
        }
        #expect(costs.reduce(0) { $0 + $1.byteCount } > parameters)
    }

    @Test(arguments: networks)
    func callsStandInTheOrderOfTheValuesThatTheyCompute(_ network: BranchedNetwork) throws {
        let implementations = try executable(network).implementations
        for segment in Set(implementations.map(\.segment)) {
            let values = implementations.filter { $0.segment == segment }
                .compactMap(\.cost?.firstValue.index)
            #expect(values == values.sorted(), "segment \(segment)")
        }
    }
}
