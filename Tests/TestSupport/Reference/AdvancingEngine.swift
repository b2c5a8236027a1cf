package import BranchyCompute

/// Another engine, whose runs take a time that is known: each moves a clock.
package struct AdvancingEngine: Engine {
    package let name = "advancing"
    package var arithmetic: Arithmetic { engine.arithmetic }
    private let engine: any Engine
    private let clock: ManualClock
    private let cost: @Sendable (Program.Segment) -> Duration

    /// Every run of a segment takes what `cost` says, asked at each run.
    package init(
        _ engine: any Engine = ReferenceEngine(), clock: ManualClock,
        cost: @escaping @Sendable (Program.Segment) -> Duration
    ) {
        (self.engine, self.clock, self.cost) = (engine, clock, cost)
    }

    /// Every instruction takes the same time.
    package init(
        _ engine: any Engine = ReferenceEngine(), clock: ManualClock, perInstruction: Duration
    ) {
        self.init(engine, clock: clock) { perInstruction * $0.instructions.count }
    }

    package func compile(
        _ program: Program, batchSize: Int, parameters: ParameterStore
    ) throws(EngineError) -> any Executable {
        AdvancingExecutable(
            try engine.compile(program, batchSize: batchSize, parameters: parameters), clock, cost)
    }
}

private final class AdvancingExecutable: Executable {
    private let executable: any Executable
    private let clock: ManualClock
    private let cost: @Sendable (Program.Segment) -> Duration

    init(
        _ executable: any Executable, _ clock: ManualClock,
        _ cost: @escaping @Sendable (Program.Segment) -> Duration
    ) {
        (self.executable, self.clock, self.cost) = (executable, clock, cost)
    }

    var program: Program { executable.program }
    var batchSize: Int { executable.batchSize }
    var implementations: [Implementation] { executable.implementations }

    func makeWorkspace() throws(EngineError) -> Workspace { try executable.makeWorkspace() }

    func run(_ segment: Int, in workspace: inout Workspace) throws(EngineError) {
        try executable.run(segment, in: &workspace)
        clock.advance(by: cost(program.segments[segment]))
    }
}
