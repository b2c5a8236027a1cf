package import BranchyImages

/// A data set, an image file or a choice of splits is not what it has to be.
public struct DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Hashable, Sendable {
        private enum Wrapped {
            case notFound, unreadable, malformed, unsupported, limit, checksum, dataset, split
            case configuration
        }
        private let wrapped: Wrapped

        /// A file or folder is not there.
        public static let fileNotFound = Code(wrapped: .notFound)
        /// A file is there and cannot be read: no permission, or a damaged compressed stream.
        public static let unreadableFile = Code(wrapped: .unreadable)
        /// The contents break the rules of their format, or it is another format.
        public static let malformedFile = Code(wrapped: .malformed)
        /// The contents follow their format in a variant that is not supported.
        public static let unsupportedFormat = Code(wrapped: .unsupported)
        /// The contents are larger than the caller allows.
        public static let limitExceeded = Code(wrapped: .limit)
        /// The contents are not the published ones.
        public static let checksumMismatch = Code(wrapped: .checksum)
        /// Images, labels and class names do not fit each other.
        public static let invalidDataset = Code(wrapped: .dataset)
        /// Splits of these sizes, or of these data sets, cannot be made.
        public static let invalidSplit = Code(wrapped: .split)
        /// A batch size, a shift or a preprocessing is out of its range.
        public static let invalidConfiguration = Code(wrapped: .configuration)
    }

    /// What kind of failure it is.
    public let code: Code
    /// Which file, what is wrong with it, expected and found, and the way out.
    public let message: String

    /// Describes a failure in one message.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Describes what is wrong with a file.
    init(
        _ code: Code, file: String, _ problem: String,
        expected: String? = nil, found: String? = nil, remedy: String? = nil
    ) {
        var message = "\(file): \(problem)"
        if let expected { message += "; expected \(expected)" }
        if let found { message += "; found \(found)" }
        if let remedy { message += ". \(remedy)" }
        self.init(code, message)
    }

    /// Says which file an image is of that cannot be decoded.
    package init(_ error: ImageError, file: String) {
        let code: Code =
            switch error.code {
            case .unsupportedFormat: .unsupportedFormat
            case .limitExceeded: .limitExceeded
            case .outOfMemory: .unreadableFile
            case .invalidPixels, .shapeMismatch: .invalidDataset
            default: .malformedFile
            }
        self.init(code, "\(file): \(error.message)")
    }

    /// The message.
    public var description: String { message }
}
