#if OneDNN
import COneDNN
public import BranchyCompute

/// Computes on oneDNN, the library beneath PyTorch on CPUs: training and inference, in 32-bit floats
/// or, where the processor multiplies those itself (AVX-512 BF16), in bfloat16.
///
/// With one thread every call runs on the thread that makes it. With more, all calls go through one
/// thread that the engine owns, whichever thread makes them; set `OMP_WAIT_POLICY=passive` in the
/// environment before the program starts, or idle threads of the library's will spin.
///
/// The number of OpenMP threads of the calling thread is changed by this engine.
public struct OneDNNEngine: Engine {
    /// `onednn`.
    public let name = "onednn"

    /// 32-bit floats, unless the program itself has values in bfloat16; the library's version.
    public var arithmetic: Arithmetic {
        Arithmetic(precision: "float32", kernels: "oneDNN \(Self.libraryVersion)")
    }

    /// How many threads compute.
    public var threads: Int { library.threads }

    private let library: Library
    private let guardByteCount: Int

    /// Starts the library.
    ///
    /// - Parameter threads: how many threads compute, at least 1.
    /// - Throws: `EngineError` where the library does not start.
    public init(threads: Int = 1) throws(EngineError) {
        try self.init(threads: threads, guardByteCount: 0)
    }

    /// For tests: behind every buffer lies memory that nobody may write, and a run that finds it
    /// changed fails. Buffers then share no bytes.
    package init(threads: Int, guardByteCount: Int) throws(EngineError) {
        self.library = try Library(threads: threads)
        self.guardByteCount = guardByteCount
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
        try program.requireMemory(batchSize: batchSize)
        try program.requireBFloat16(where: conednn_has_bfloat16())
        return try library.run { () throws(EngineError) in
            var compiler = ProgramCompiler(
                program, batchSize: batchSize, parameters: parameters, library: library)
            return try OneDNNExecutable(
                try compiler.compile(), library: library, guardByteCount: guardByteCount)
        }
    }
}

extension Program {
    /// Refuses bfloat16 where the library would emulate it: slower than 32 bits, for less.
    fileprivate func requireBFloat16(where isNative: Bool) throws(EngineError) {
        guard !isNative, types.contains(where: { $0.element == .bfloat16 }) else { return }
        throw EngineError(
            .unsupported,
            "bfloat16 needs a processor with AVX-512 BF16, and this one has none (or "
                + "ONEDNN_MAX_CPU_ISA hides it); use float32")
    }
}
#endif
