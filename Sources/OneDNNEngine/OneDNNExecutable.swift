#if OneDNN
import COneDNN
import BranchyCompute

/// A program as a list of the library's primitives.
final class OneDNNExecutable: Executable {
    let plan: Plan
    private let library: Library
    private let memory: MemoryPlan
    /// The offset of each buffer in a workspace; `nil` for constants.
    private let offsets: [Int?]
    private let guards: MemoryGuards

    var program: Program { plan.program }
    var batchSize: Int { plan.batchSize }
    var implementations: [Implementation] { plan.segments.flatMap(\.self).map(\.implementation) }

    init(_ plan: Plan, library: Library, guardByteCount: Int) throws(EngineError) {
        self.plan = plan
        self.library = library
        let isGuarded = guardByteCount > 0
        let stepCount = plan.segments.reduce(0) { $0 + $1.count }
        var requests: [MemoryPlan.Request] = []
        var requestIndices: [Int?] = []
        for buffer in plan.buffers {
            switch buffer.home {
            case .constant:
                requestIndices.append(nil)
                continue
            case .pinned:
                let byteCount = buffer.byteCount + guardByteCount
                requests.append(.init(byteCount: byteCount, lifetime: 0...stepCount))
            case .planned:
                let lifetime = isGuarded ? 0...stepCount : buffer.lifetime ?? 0...0
                let byteCount = buffer.byteCount + guardByteCount
                requests.append(.init(byteCount: byteCount, lifetime: lifetime))
            }
            requestIndices.append(requests.count - 1)
        }
        let memory = MemoryPlan(requests)
        self.memory = memory
        let offsets = requestIndices.map { index in index.map { memory.offsets[$0] } }
        self.offsets = offsets
        self.guards = MemoryGuards(plan, offsets, byteCount: guardByteCount)
    }

    func makeWorkspace() throws(EngineError) -> Workspace {
        try Workspace(
            owner: self, byteCount: memory.byteCount, inputs: slots(plan.inputs),
            outputs: slots(plan.outputs)
        ) { base throws(EngineError) in
            guards.set(in: base)
            return try library.run { () throws(EngineError) in
                try RunContext(plan, library.engine) { buffer in address(of: buffer, base) }
            }
        }
    }

    func run(_ segment: Int, in workspace: inout Workspace) throws(EngineError) {
        guard workspace.belongs(to: self), let context = workspace.context as? RunContext else {
            throw EngineError(.foreignWorkspace, "the workspace was made by another executable")
        }
        try library.run { () throws(EngineError) in
            try context.run(segment)
        }
        try guards.check(in: workspace.base)
    }

    private func slots(_ buffers: [Int]) -> [Workspace.Slot] {
        buffers.map {
            Workspace.Slot(offset: offsets[$0] ?? 0, count: plan.buffers[$0].byteCount / 4)
        }
    }

    private func address(
        of buffer: Int, _ base: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        if case .constant(let block) = plan.buffers[buffer].home { return block.base }
        return base + (offsets[buffer] ?? 0)
    }
}

/// The calls of a plan, bound to the memory of one workspace.
final class RunContext {
    private enum Call {
        case primitive(OpaquePointer, UnsafeMutableBufferPointer<dnnl_exec_arg_t>)
        case host(any HostKernel, [UnsafeMutableRawPointer])
    }

    private let plan: Plan
    private let stream: Handle
    private var memories: [Handle] = []
    private var calls: [[Call]] = []

    init(
        _ plan: Plan, _ engine: Handle, addressOf: (Int) -> UnsafeMutableRawPointer
    ) throws(EngineError) {
        self.plan = plan
        self.stream = try Handle.stream(engine)
        for steps in plan.segments {
            calls.append([])
            for step in steps {
                let addresses = step.arguments.map { addressOf($0.view.buffer) }
                calls[calls.count - 1].append(try bind(step, addresses, engine))
            }
        }
    }

    deinit {
        for case .primitive(_, let arguments) in calls.flatMap(\.self) { arguments.deallocate() }
    }

    func run(_ segment: Int) throws(EngineError) {
        for call in calls[segment] {
            switch call {
            case .primitive(let primitive, let arguments):
                let status = stream.use {
                    dnnl_primitive_execute(
                        primitive, $0, Int32(arguments.count), arguments.baseAddress)
                }
                if status != dnnl_success {
                    try check(status, "running segment '\(plan.program.segments[segment].name)'")
                }
            case .host(let kernel, let memory):
                kernel.run(memory)
            }
        }
        let status = stream.use { dnnl_stream_wait($0) }
        if status != dnnl_success { try check(status, "waiting for the stream") }
    }

    private func bind(
        _ step: Step, _ addresses: [UnsafeMutableRawPointer], _ engine: Handle
    ) throws(EngineError) -> Call {
        switch step.kernel {
        case .primitive(let primitive):
            let arguments = UnsafeMutableBufferPointer<dnnl_exec_arg_t>.allocate(
                capacity: step.arguments.count)
            for (index, argument) in step.arguments.enumerated() {
                let memory: Handle
                do throws(EngineError) {
                    memory = try Handle.memory(argument.view.layout, at: addresses[index], engine)
                } catch {
                    arguments.deallocate()
                    throw error
                }
                memories.append(memory)
                arguments.initializeElement(
                    at: index,
                    to: dnnl_exec_arg_t(arg: argument.role.rawValue, memory: memory.use(\.self)))
            }
            return .primitive(primitive.use(\.self), arguments)
        case .host(let kernel):
            return .host(kernel, addresses)
        }
    }
}
#endif
