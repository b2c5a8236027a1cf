/// A model's file cannot be read or written.
public struct ModelError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Hashable, Sendable {
        private enum Wrapped {
            case missing, corrupt, version, unreadable, unwritable, busy, digest
        }
        private let wrapped: Wrapped

        /// There is no such file.
        public static let missingFile = Code(wrapped: .missing)
        /// The content breaks the rules of its format.
        public static let corruptFile = Code(wrapped: .corrupt)
        /// The content is of a version that this one does not know.
        public static let unsupportedVersion = Code(wrapped: .version)
        /// The file is there, and is refused by the system, too large, or valid content of a kind
        /// that is not read here.
        public static let unreadable = Code(wrapped: .unreadable)
        /// The file was not written.
        public static let unwritable = Code(wrapped: .unwritable)
        /// Another process, or another part of this one, writes to the same folder: nothing was
        /// written, and it can be tried again.
        public static let busy = Code(wrapped: .busy)
        /// The function that was handed in for SHA-256 gives something else.
        public static let wrongDigest = Code(wrapped: .digest)
    }

    /// What kind of failure it is.
    public let code: Code
    /// Which file, where in it, expected and found.
    public let message: String

    /// Describes a failure.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Content that breaks the rules of its format.
    static func corrupt(
        _ source: String, _ place: String, expected: String, found: String
    ) -> ModelError {
        ModelError(.corruptFile, "\(source): \(place): expected \(expected), found \(found)")
    }

    /// The message.
    public var description: String { message }
}

extension String {
    /// A name from a file as messages show it: quoted, escaped and cut to a readable length.
    package var quoted: String {
        let limit = 80
        let head = String(String.UnicodeScalarView(unicodeScalars.prefix(limit)))
        return head.debugDescription + (unicodeScalars.dropFirst(limit).isEmpty ? "" : "...")
    }
}
