#if OneDNN
import COneDNN
import BranchyCompute

/// An argument whose memory an executable owns.
struct ConstantArgument {
    let role: Argument.Role
    let layout: Layout
    let memory: ConstantBlock
}

/// The library's engine, and the thread from which it is called.
struct Library: Sendable {
    let threads: Int
    let engine: Handle
    private let thread: EngineThread?

    init(threads: Int) throws(EngineError) {
        precondition(threads >= 1, "an engine needs at least one thread")
        self.threads = threads
        // With the library's own cache, asking for the second-best implementation of an operation
        // that was compiled before returns the best again; executables keep their primitives.
        try check(dnnl_set_primitive_cache_capacity(0), "primitive cache")
        self.engine = try Handle.engine()
        self.thread = threads > 1 ? try EngineThread() : nil
    }

    /// A primitive descriptor, made by one of COneDNN's functions.
    ///
    /// - Parameters:
    ///   - forward: the forward descriptor that a derivative's is made from.
    ///   - create: given where to put it, the library's engine and the forward descriptor.
    func descriptor(
        of operation: String, forward: Handle? = nil,
        _ create: (inout OpaquePointer?, OpaquePointer, OpaquePointer?) -> dnnl_status_t
    ) throws(EngineError) -> Handle {
        try Handle.descriptor(of: operation) { result in
            engine.use { engine in
                guard let forward else { return create(&result, engine, nil) }
                return forward.use { create(&result, engine, $0) }
            }
        }
    }

    /// Makes and runs a primitive once, while a program is compiled.
    func runOnce(
        _ descriptor: Handle, _ arguments: [ConstantArgument]
    ) throws(EngineError) {
        let stream = try Handle.stream(engine)
        let primitive = try Handle.primitive(descriptor)
        var memories: [Handle] = []
        for argument in arguments {
            memories.append(
                try Handle.memory(argument.layout, at: argument.memory.base, engine))
        }
        var calls = zip(arguments, memories).map { argument, memory in
            dnnl_exec_arg_t(arg: argument.role.rawValue, memory: memory.use(\.self))
        }
        let status = stream.use { stream in
            primitive.use { primitive in
                let status = dnnl_primitive_execute(
                    primitive, stream, Int32(calls.count), &calls)
                return status == dnnl_success ? dnnl_stream_wait(stream) : status
            }
        }
        withExtendedLifetime((memories, arguments)) {}
        try check(status, "packing a parameter")
    }

    /// Runs `body`, already on the engine's thread, so that primitives made in it use fewer threads.
    func withThreads<Result>(
        _ count: Int, _ body: () throws(EngineError) -> Result
    ) throws(EngineError) -> Result {
        omp_set_num_threads(Int32(count))
        defer { omp_set_num_threads(Int32(threads)) }
        return try body()
    }

    /// Runs `body` where the library may be called.
    @inline(__always)
    func run<Result>(_ body: () throws(EngineError) -> Result) throws(EngineError) -> Result {
        guard let thread else {
            omp_set_num_threads(1)
            return try body()
        }
        let threads = Int32(threads)
        return try thread.run { () throws(EngineError) in
            omp_set_num_threads(threads)
            return try body()
        }
    }
}
#endif
