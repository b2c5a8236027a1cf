import BranchyCompute

/// A program as a flat list of calls.
final class NativeExecutable: TimedExecutable {
    let program: Program
    let batchSize: Int
    let implementations: [Implementation]
    private let steps: StepList
    private let weights: WeightBlock
    private let byteCount: Int
    /// How many threads share a run; 1 where no step is large enough to be shared.
    private let threads: Int
    private let inputs: [Workspace.Slot]
    private let outputs: [Workspace.Slot]

    /// - Parameter weights: those of the plan, which need not have them any more.
    init(_ plan: Plan, _ weights: WeightBlock) {
        program = plan.program
        batchSize = plan.batchSize
        implementations = plan.implementations
        let stepCount = implementations.count
        let memory = MemoryPlan(
            plan.buffers.map {
                let lifetime = $0.isPinned ? 0...stepCount : $0.lifetime ?? 0...0
                return MemoryPlan.Request(byteCount: 4 * $0.count, lifetime: lifetime)
            })
        byteCount = memory.byteCount
        self.weights = weights
        steps = StepList(plan, offsets: memory.offsets.map { $0 / 4 }, weights: weights.base)
        threads = steps.hasSharedSteps ? plan.threads : 1
        let slot = { (port: Program.Port, buffer: Int) in
            let shape = plan.program.type(of: port.value).fullShape(batchSize: plan.batchSize)
            return Workspace.Slot(offset: memory.offsets[buffer], count: shape.elementCount)
        }
        inputs = zip(plan.program.inputs, plan.inputs).map(slot)
        outputs = zip(plan.program.outputs, plan.outputs).map(slot)
    }

    func makeWorkspace() throws(EngineError) -> Workspace {
        try Workspace(owner: self, byteCount: byteCount, inputs: inputs, outputs: outputs) {
            _ throws(EngineError) in
            guard threads > 1 else { return nil }
            guard let team = ThreadTeam(threads: threads) else {
                throw EngineError(
                    .outOfMemory,
                    "the system does not give \(threads) threads for one image; ask for fewer")
            }
            return team
        }
    }

    func run(_ segment: Int, in workspace: inout Workspace) throws(EngineError) {
        guard workspace.belongs(to: self) else {
            throw EngineError(.foreignWorkspace, "the workspace was made by another executable")
        }
        steps.run(segment, on: workspace.base, by: team(of: workspace))
    }

    func run(
        _ segment: Int, in workspace: inout Workspace, done: (Int) -> Void
    ) throws(EngineError) {
        guard workspace.belongs(to: self) else {
            throw EngineError(.foreignWorkspace, "the workspace was made by another executable")
        }
        for step in steps.range(ofSegment: segment) {
            steps.runStep(step, on: workspace.base, by: team(of: workspace))
            done(step)
        }
    }

    private func team(of workspace: borrowing Workspace) -> OpaquePointer? {
        // Safety: it belongs to this executable, which gives its workspaces no other context.
        workspace.context.map { unsafeDowncast($0, to: ThreadTeam.self).pointer }
    }
}
