/// An engine cannot compile or run a program.
public struct EngineError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Hashable, Sendable {
        private enum Wrapped { case unsupported, program, parameter, memory, library, workspace }
        private let wrapped: Wrapped

        /// The engine does not have the operation, or not for these types.
        public static let unsupported = Code(wrapped: .unsupported)
        /// The program reads a value that nothing wrote.
        public static let invalidProgram = Code(wrapped: .program)
        /// A parameter is missing or has another shape than the program says.
        public static let invalidParameter = Code(wrapped: .parameter)
        /// The program needs more memory than the machine has.
        public static let outOfMemory = Code(wrapped: .memory)
        /// The library beneath the engine reported a failure.
        public static let libraryFailure = Code(wrapped: .library)
        /// The workspace was made by another executable.
        public static let foreignWorkspace = Code(wrapped: .workspace)
    }

    /// What kind of failure it is.
    public let code: Code
    /// What, where, expected and got.
    public let message: String

    /// Describes a failure.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// An operation that an engine does not have.
    public static func unsupported(_ operation: Program.Operation, engine: String) -> EngineError {
        EngineError(.unsupported, "the \(engine) engine does not have \(operation)")
    }

    /// The message.
    public var description: String { message }
}
