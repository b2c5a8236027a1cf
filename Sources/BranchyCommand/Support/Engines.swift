import ArgumentParser
import BranchyCompute
import NativeEngine

#if OneDNN
import OneDNNEngine
#endif

/// The one place where engines are picked.
enum Engines {
    /// What this program was built with.
    static var description: String {
        let native = "native \(KernelVariant.fastest.rawValue)"
        #if OneDNN
        return "\(native), oneDNN \(OneDNNEngine.libraryVersion)"
        #else
        return native
        #endif
    }

    /// An engine that trains.
    static func training(threads: Int) throws -> any Engine {
        try oneDNN(threads: threads)
    }

    /// An engine that answers one image at a time.
    ///
    /// - Parameter threads: how many share the work on it.
    static func inference(
        _ choice: EngineChoice = .native, _ precision: InferencePrecision = .float32,
        threads: Int = 1
    ) throws -> any Engine {
        switch (choice, precision) {
        case (.native, _): return try NativeEngine(precision: precision, threads: threads)
        case (.onednn, .float32): return try oneDNN(threads: threads)
        case (.onednn, .bfloat16):
            throw ValidationError("--precision bf16 is for the native engine, not for onednn")
        }
    }

    private static func oneDNN(threads: Int) throws -> any Engine {
        #if OneDNN
        return try OneDNNEngine(threads: threads)
        #else
        throw EngineError(
            .unsupported,
            "this program was built without oneDNN, which trains; build it with the OneDNN trait, "
                + "which is on by default")
        #endif
    }
}

/// An engine that can be asked for by name.
enum EngineChoice: String, ExpressibleByArgument, CaseIterable {
    case native
    case onednn
}

/// The engine that answers.
struct EngineOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The engine that answers.", valueName: "engine"))
    var engine: EngineChoice = .native

    @OptionGroup private var arithmetic: ArithmeticOptions

    var precision: InferencePrecision { arithmetic.precision }

    /// The engine that was asked for.
    func inference() throws -> any Engine {
        try Engines.inference(engine, precision, threads: arithmetic.threadsPerImage)
    }
}

/// What is multiplied in, and by how many threads.
struct ArithmeticOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What the native engine multiplies in, fp32 or bf16.", valueName: "precision"),
        transform: Self.parse)
    var precision: InferencePrecision = .float32

    @Option(
        help: ArgumentHelp(
            "Threads that share the work on one image.",
            discussion: "Answers are the same to the bit. Small networks do not gain, and are left "
                + "to one.", valueName: "n"),
        transform: Number.whole(1...NativeEngine.maximumThreads))
    var threadsPerImage = 1

    private static func parse(_ argument: String) throws -> InferencePrecision {
        switch argument {
        case "fp32": .float32
        case "bf16": .bfloat16
        default: throw ValidationError("'\(argument)' is neither fp32 nor bf16")
        }
    }
}
