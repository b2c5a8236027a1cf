/// The description of a network does not make a network.
public struct NetworkError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of fault it is.
    public struct Code: Hashable, Sendable {
        private enum Wrapped {
            case shapeMismatch, duplicateName, invalidValue, unknownName, tooLarge
        }
        private let wrapped: Wrapped

        /// A layer does not fit what comes before it, or an exit does not end in the classes.
        public static let shapeMismatch = Code(wrapped: .shapeMismatch)
        /// Two layers would share their parameters' names.
        public static let duplicateName = Code(wrapped: .duplicateName)
        /// A size, rate or name is out of its range.
        public static let invalidValue = Code(wrapped: .invalidValue)
        /// There is no built-in network of that name.
        public static let unknownName = Code(wrapped: .unknownName)
        /// There are more layers than are read, or it takes more memory than is allowed.
        public static let tooLarge = Code(wrapped: .tooLarge)
    }

    /// What kind of fault it is.
    public let code: Code
    /// Which network and layer, what was expected and what was found.
    public let message: String

    /// Describes a fault.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
