/// An ONNX file is not imported, or a network not exported.
public struct ONNXError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Hashable, Sendable {
        private enum Wrapped { case corrupt, unsupported }
        private let wrapped: Wrapped

        /// The file breaks the rules of its format.
        public static let corruptFile = Code(wrapped: .corrupt)
        /// The file is valid and says something that no network here can.
        public static let unsupported = Code(wrapped: .unsupported)
    }

    /// What kind of failure it is.
    public let code: Code
    /// Which node or tensor with its operator, what was expected and what was found.
    public let message: String

    /// Describes a failure.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }

    static func corrupt(_ message: String) -> ONNXError { ONNXError(.corruptFile, message) }
    static func unsupported(_ message: String) -> ONNXError { ONNXError(.unsupported, message) }
}
