public import BranchyCompute

/// Computes on kernels of its own: inference only, no system library.
///
/// Made for one image at a time on one thread. It runs on the thread that calls it; an executable
/// serves any number of threads, each with a workspace. Where one image is to be answered sooner,
/// ``threads`` share the work on it: each workspace then has threads of its own, which sleep while
/// nobody asks.
public struct NativeEngine: Engine {
    /// `native`.
    public let name = "native"

    /// The instruction set whose kernels are used.
    public let kernels: KernelVariant

    /// What convolutions and fully connected layers multiply in.
    public let precision: InferencePrecision

    /// How many threads share the work on one image. Steps that are too small to gain are left to one,
    /// and so is a whole network of them. Results do not depend on it, to the bit.
    public let threads: Int

    /// What is multiplied in, and the instruction set.
    public var arithmetic: Arithmetic {
        Arithmetic(precision: precision.rawValue, kernels: kernels.rawValue)
    }

    /// Picks the kernels.
    ///
    /// - Parameters:
    ///   - kernels: the instruction set; without one, that which the environment variable
    ///     ``KernelVariant/environmentVariable`` names, or the fastest that this processor has.
    ///   - precision: what is multiplied in. Every instruction set can do either;
    ///     ``KernelVariant/avx512bf16`` alone is faster in ``InferencePrecision/bfloat16``.
    ///   - threads: how many share the work on one image, 1 to ``maximumThreads``.
    /// - Throws: `EngineError` where this processor cannot run the kernels, or for another number of
    ///   threads.
    public init(
        kernels: KernelVariant? = nil, precision: InferencePrecision = .float32, threads: Int = 1
    ) throws(EngineError) {
        guard (1...Self.maximumThreads).contains(threads) else {
            throw EngineError(
                .unsupported,
                "\(threads) threads for one image; expected 1 to \(Self.maximumThreads)")
        }
        let kernels = if let kernels { kernels } else { try KernelVariant.chosen() }
        guard kernels.isAvailable else {
            let available = KernelVariant.allCases.filter(\.isAvailable).map(\.rawValue)
            throw EngineError(
                .unsupported,
                "this processor cannot run the \(kernels.rawValue) kernels; it can run "
                    + available.joined(separator: ", "))
        }
        self.kernels = kernels
        self.precision = precision
        self.threads = threads
    }

    /// Multiplications of a part of a step at least, ten microseconds of them or so: threads that meet
    /// take one or two. Tests have less.
    package var leastSharedWork: Int64 = 1 << 18

    /// More than one image can be shared by.
    public static let maximumThreads = 256

    /// Prepares all segments of a program; see `Engine`.
    ///
    /// - Throws: `EngineError`, with the code `unsupported` for what only training needs.
    public func compile(
        _ program: Program, batchSize: Int, parameters: consuming ParameterStore
    ) throws(EngineError) -> any Executable {
        var plan = try plan(program, batchSize: batchSize, parameters: consume parameters)
        let weights = try WeightBlock(plan.takeWeights())
        return NativeExecutable(plan, weights)
    }

    /// What is run and on which memory, before there is any.
    package func plan(
        _ program: Program, batchSize: Int, parameters: consuming ParameterStore
    ) throws(EngineError) -> Plan {
        try program.requireMemory(batchSize: batchSize)
        guard let table = kernels.table else {
            throw EngineError(.unsupported, "this processor cannot run the chosen kernels")
        }
        var compiler = ProgramCompiler(
            program, batchSize: batchSize, parameters: consume parameters,
            kernels: Kernels(variant: kernels, precision: precision, table: table.pointee),
            threads: threads, leastSharedWork: leastSharedWork)
        return try compiler.compile()
    }
}
