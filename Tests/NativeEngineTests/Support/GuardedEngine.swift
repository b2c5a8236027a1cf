import BranchyCompute
import NativeEngine

/// The native engine with every buffer, and the weights, beside a page that may not be touched.
struct GuardedEngine: Engine {
    let engine: NativeEngine
    let edge: GuardedMemory.Edge

    var name: String { "guarded \(engine.name)" }
    var arithmetic: Arithmetic { engine.arithmetic }

    func compile(
        _ program: Program, batchSize: Int, parameters: ParameterStore
    ) throws(EngineError) -> any Executable {
        let plan = try engine.plan(program, batchSize: batchSize, parameters: parameters)
        return GuardedExecutable(program, batchSize: batchSize, plan, edge)
    }
}

// Safety: the plan is a value that nobody changes.
private final class GuardedExecutable: Executable, @unchecked Sendable {
    let program: Program
    let batchSize: Int
    private let plan: Plan
    private let edge: GuardedMemory.Edge

    init(_ program: Program, batchSize: Int, _ plan: Plan, _ edge: GuardedMemory.Edge) {
        self.program = program
        self.batchSize = batchSize
        self.plan = plan
        self.edge = edge
    }

    var implementations: [Implementation] { plan.implementations }

    func makeWorkspace() throws(EngineError) -> Workspace {
        let inputs = slots(program.inputs, from: 0)
        let outputs = slots(program.outputs, from: inputs.end)
        let end = max(inputs.end, outputs.end)
        return try Workspace(
            owner: self, byteCount: end, inputs: inputs, outputs: outputs
        ) { base throws(EngineError) in
            Caller(self.plan, base, inputs: inputs, outputs: outputs, self.edge)
        }
    }

    func run(_ segment: Int, in workspace: inout Workspace) throws(EngineError) {
        guard workspace.belongs(to: self), let caller = workspace.context as? Caller else {
            throw EngineError(.foreignWorkspace, "the workspace was made by another executable")
        }
        caller.run(segment)
    }

    private func slots(_ ports: [Program.Port], from start: Int) -> [Workspace.Slot] {
        var offset = start
        return ports.map { port in
            let shape = program.type(of: port.value).fullShape(batchSize: batchSize)
            defer { offset += 4 * shape.elementCount }
            return Workspace.Slot(offset: offset, count: shape.elementCount)
        }
    }
}

extension [Workspace.Slot] {
    /// Where the bytes of the last slot end.
    fileprivate var end: Int { last.map { $0.offset + 4 * $0.count } ?? 0 }
}

/// Guarded buffers for one workspace, whose inputs and outputs are copied in and out.
private final class Caller {
    private let buffers: [GuardedMemory]
    private let weights: GuardedMemory
    private let steps: StepList
    private let plan: Plan
    private let base: UnsafeMutableRawPointer
    private let inputs: [Workspace.Slot]
    private let outputs: [Workspace.Slot]

    init(
        _ plan: Plan, _ base: UnsafeMutableRawPointer, inputs: [Workspace.Slot],
        outputs: [Workspace.Slot], _ edge: GuardedMemory.Edge
    ) {
        (self.plan, self.base, self.inputs, self.outputs) = (plan, base, inputs, outputs)
        buffers = plan.buffers.map { GuardedMemory(count: $0.count, edge: edge) }
        weights = GuardedMemory(count: plan.weights.count, edge: edge)
        plan.weights.write(to: weights.start)
        let origin = buffers.first?.start
        steps = StepList(
            plan, offsets: buffers.map { buffer in origin.map { buffer.start - $0 } ?? 0 },
            weights: UnsafePointer(weights.start))
    }

    func run(_ segment: Int) {
        guard let memory = buffers.first?.start else { return }
        for (slot, buffer) in zip(inputs, plan.inputs) {
            let floats = (base + slot.offset).assumingMemoryBound(to: Float.self)
            buffers[buffer].start.update(from: floats, count: slot.count)
        }
        steps.run(segment, on: memory)
        for (slot, buffer) in zip(outputs, plan.outputs) {
            let floats = (base + slot.offset).assumingMemoryBound(to: Float.self)
            floats.update(from: buffers[buffer].start, count: slot.count)
        }
    }
}
