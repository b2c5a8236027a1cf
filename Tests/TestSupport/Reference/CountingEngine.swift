package import BranchyCompute
import Synchronization

/// Another engine, and every run of a segment of what it compiled.
///
/// Copies share what they have seen.
package struct CountingEngine: Engine {
    /// One run of one segment.
    package struct Run: Hashable, Sendable {
        package let segment: Int
        /// The first number of the program's first input at that time: tells samples apart.
        package let mark: Float
    }

    package let name = "counting"
    package var arithmetic: Arithmetic { engine.arithmetic }
    private let engine: any Engine
    private let log = RunLog()

    package init(_ engine: any Engine = ReferenceEngine()) { self.engine = engine }

    /// All runs since the last reset, in order.
    package var runs: [Run] { log.runs.withLock { $0 } }

    /// The samples that reached a segment, by their marks, in order.
    package func marks(ofSegment segment: Int) -> [Float] {
        runs.filter { $0.segment == segment }.map(\.mark)
    }

    /// Forgets all runs.
    package func reset() { log.runs.withLock { $0 = [] } }

    package func compile(
        _ program: Program, batchSize: Int, parameters: ParameterStore
    ) throws(EngineError) -> any Executable {
        CountingExecutable(
            try engine.compile(program, batchSize: batchSize, parameters: parameters), log)
    }
}

private final class RunLog: Sendable {
    let runs = Mutex<[CountingEngine.Run]>([])
}

private final class CountingExecutable: Executable {
    private let executable: any Executable
    private let log: RunLog

    init(_ executable: any Executable, _ log: RunLog) {
        (self.executable, self.log) = (executable, log)
    }

    var program: Program { executable.program }
    var batchSize: Int { executable.batchSize }
    var implementations: [Implementation] { executable.implementations }

    func makeWorkspace() throws(EngineError) -> Workspace { try executable.makeWorkspace() }

    func run(_ segment: Int, in workspace: inout Workspace) throws(EngineError) {
        let mark = workspace.withInput(0) { $0[0] }
        log.runs.withLock { $0.append(.init(segment: segment, mark: mark)) }
        try executable.run(segment, in: &workspace)
    }
}
