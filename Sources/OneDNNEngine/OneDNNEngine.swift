#if OneDNN
import COneDNN
public import Compute

/// Computes on oneDNN, the library beneath PyTorch on CPUs: training and inference, 32-bit floats.
///
/// With one thread every call runs on the thread that makes it. With more, all calls go through one
/// thread that the engine owns, whichever thread makes them; set `OMP_WAIT_POLICY=passive` in the
/// environment before the program starts, or idle threads of the library's will spin.
///
/// The number of OpenMP threads of the calling thread is changed by this engine.
public struct OneDNNEngine: Engine {
    /// `onednn`.
    public let name = "onednn"

    /// How many threads compute.
    public var threads: Int { library.threads }

    private let library: Library

    /// Starts the library.
    ///
    /// - Parameter threads: how many threads compute, at least 1.
    /// - Throws: `EngineError` where the library does not start.
    public init(threads: Int = 1) throws(EngineError) {
        self.library = try Library(threads: threads)
    }

    /// The library's version, as `2.6.3`.
    public static var libraryVersion: String {
        guard let version = dnnl_version()?.pointee else { return "unknown" }
        return "\(version.major).\(version.minor).\(version.patch)"
    }

    /// Prepares all segments of a program; see `Engine`.
    public func compile(
        _ program: Program, batchSize: Int, parameters: ParameterStore
    ) throws(EngineError) -> any Executable {
        try library.run { () throws(EngineError) in
            var compiler = ProgramCompiler(
                program, batchSize: batchSize, parameters: parameters, library: library)
            return try OneDNNExecutable(try compiler.compile(), library: library)
        }
    }
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
