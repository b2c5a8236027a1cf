/// A training run cannot start or go on.
public struct TrainingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Hashable, Sendable {
        private enum Wrapped { case recipe, checkpoint, data, diverged }
        private let wrapped: Wrapped

        /// A recipe has an unknown key, a value of the wrong type or one out of range.
        public static let invalidRecipe = Code(wrapped: .recipe)
        /// A checkpoint is corrupt, or belongs to another run.
        public static let invalidCheckpoint = Code(wrapped: .checkpoint)
        /// The data do not fit the network.
        public static let unsuitableData = Code(wrapped: .data)
        /// The loss is no longer a number.
        public static let diverged = Code(wrapped: .diverged)
    }

    /// What kind of failure it is.
    public let code: Code
    /// What, where, expected, found and the way out.
    public let message: String

    /// Describes a failure.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
