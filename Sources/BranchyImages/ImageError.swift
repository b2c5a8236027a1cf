/// An image cannot be decoded or encoded.
public struct ImageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Hashable, Sendable {
        private enum Wrapped { case format, malformed, limit, pixels, memory, shape }
        private let wrapped: Wrapped

        /// It is neither PNG, JPEG, WebP nor BMP, or a variant of these that is not read.
        public static let unsupportedFormat = Code(wrapped: .format)
        /// It is damaged or incomplete.
        public static let malformed = Code(wrapped: .malformed)
        /// It has more pixels than are allowed.
        public static let limitExceeded = Code(wrapped: .limit)
        /// The pixels that are to be encoded are no image.
        public static let invalidPixels = Code(wrapped: .pixels)
        /// It is of another shape than is asked for, or nothing of that shape can be made of it.
        public static let shapeMismatch = Code(wrapped: .shape)
        /// There is no memory to decode it.
        public static let outOfMemory = Code(wrapped: .memory)
    }

    /// What kind of failure it is.
    public let code: Code
    /// What is wrong, expected and found, to be read behind the name of a file, such as `is too
    /// large; expected at most 16777216 pixels; found 70000 x 70000 of them`.
    public let message: String

    /// Describes a failure.
    public init(
        _ code: Code, _ problem: String, expected: String? = nil, found: String? = nil,
        remedy: String? = nil
    ) {
        var message = problem
        if let expected { message += "; expected \(expected)" }
        if let found { message += "; found \(found)" }
        if let remedy { message += ". \(remedy)" }
        self.code = code
        self.message = message
    }

    /// The message, as a sentence about an image.
    public var description: String { "the image \(message)" }
}
