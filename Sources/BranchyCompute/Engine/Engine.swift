/// Something that can turn a program into an executable: the one boundary between what is computed
/// and how.
///
/// An engine is done when it passes the conformance suite in `Tests/TestSupport`. It may refuse an
/// operation with ``EngineError/Code/unsupported`` when it compiles; it must never compute a wrong
/// result.
public protocol Engine: Sendable {
    /// The name that reports print, such as `onednn`.
    var name: String { get }

    /// What it computes with. Certificates and measurements hold for this alone, so there is no
    /// default: an engine has to say.
    var arithmetic: Arithmetic { get }

    /// Prepares all segments of a program for batches of one size.
    ///
    /// - Parameters:
    ///   - program: what to compute.
    ///   - batchSize: how many samples every run computes, at least 1.
    ///   - parameters: a tensor for each of the program's parameters; others are ignored. Where
    ///     nobody else holds them, an engine may let go of each as soon as it is packed.
    /// - Throws: ``EngineError`` where an operation is not supported, a parameter is missing or
    ///   has the wrong shape, or memory does not suffice.
    func compile(
        _ program: Program, batchSize: Int, parameters: consuming ParameterStore
    ) throws(EngineError) -> any Executable
}

/// What an engine computes with: another may answer otherwise on some images.
public struct Arithmetic: Hashable, Sendable {
    /// What is multiplied in where a program does not say, such as `float32`.
    public let precision: String
    /// The engine's own name for its kernels, such as an instruction set or a library's version.
    public let kernels: String

    /// Names what is computed with.
    public init(precision: String, kernels: String) {
        self.precision = precision
        self.kernels = kernels
    }
}

/// A compiled program: immutable, shared by any number of threads, each with a workspace.
public protocol Executable: Sendable {
    /// The program that was compiled.
    var program: Program { get }

    /// How many samples every run computes.
    var batchSize: Int { get }

    /// What the engine picked for each instruction, in order of running.
    var implementations: [Implementation] { get }

    /// Makes the memory that one caller needs to run the segments.
    func makeWorkspace() throws(EngineError) -> Workspace

    /// Runs one segment on what the workspace holds.
    ///
    /// Segments run in ascending order; those whose results nobody reads may be left out. Running
    /// allocates nothing and takes no lock on the calling thread.
    ///
    /// - Throws: ``EngineError`` where the workspace is another executable's or the library fails.
    func run(_ segment: Int, in workspace: inout Workspace) throws(EngineError)
}

extension Program {
    /// The tensor for a parameter, checked against the type that the program gives it.
    ///
    /// - Throws: ``EngineError/Code/invalidParameter``.
    public func tensor(
        for parameter: Port, in parameters: ParameterStore
    ) throws(EngineError) -> Tensor {
        guard let tensor = parameters[parameter.name] else {
            throw EngineError(.invalidParameter, "there is no parameter '\(parameter.name)'")
        }
        let expected = type(of: parameter.value).shape
        guard tensor.shape == expected else {
            throw EngineError(
                .invalidParameter,
                "parameter '\(parameter.name)' has shape \(tensor.shape), expected \(expected)")
        }
        return tensor
    }
}
