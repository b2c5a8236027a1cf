/// Looks through a file's fields before anything is made of them.
///
/// A field of two bytes can become a message of hundreds, and an integer of one byte takes eight. So
/// the fields and integers of a file are counted, and lengths compared with what is there, while
/// nothing is allocated.
struct ProtobufCheck {
    /// As many fields and integers as networks of tens of thousands of nodes have.
    static let limit = 1_000_000
    /// As deep as protobuf's own readers follow messages within messages: a graph may stand in a node.
    static let deepestNesting = 100

    private let bytes: [UInt8]
    private var position = 0
    private var count = 0
    private var depth = 0

    /// Checks the bytes of a model.
    ///
    /// - Throws: ``ONNXError`` of code `corruptFile`.
    static func check(_ bytes: [UInt8]) throws {
        var check = ProtobufCheck(bytes: bytes)
        try check.fields(of: .model, upTo: bytes.count)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func fields(of message: Message, upTo end: Int) throws {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepestNesting else {
            throw corrupt("messages more than \(Self.deepestNesting) deep")
        }
        while position < end {
            try add(1)
            let key = try number(upTo: end)
            let field = Int(truncatingIfNeeded: key >> 3)
            switch key & 7 {
            case 0: _ = try number(upTo: end)
            case 1: try skip(8, upTo: end, field, message)
            case 2: try lengthDelimited(field, of: message, upTo: end)
            case 5: try skip(4, upTo: end, field, message)
            default: throw corrupt("field \(field) of a \(message) has the unknown type \(key & 7)")
            }
        }
    }

    private mutating func lengthDelimited(
        _ field: Int, of message: Message, upTo end: Int
    ) throws {
        let length = try number(upTo: end)
        guard length <= UInt64(end - position) else {
            throw corrupt(
                "field \(field) of a \(message) has a length of \(length) bytes, and \(end - position)"
                    + " are left")
        }
        let fieldEnd = position + Int(length)
        if let inner = message.inner(field) {
            try fields(of: inner, upTo: fieldEnd)
        } else if message.isIntegers(field) {
            try add(Int(length))
        }
        position = fieldEnd
    }

    private mutating func skip(
        _ byteCount: Int, upTo end: Int, _ field: Int, _ message: Message
    ) throws {
        guard end - position >= byteCount else {
            throw corrupt("it ends within field \(field) of a \(message)")
        }
        position += byteCount
    }

    /// A number in groups of seven bits, lowest first.
    private mutating func number(upTo end: Int) throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else { throw corrupt("it ends within a number") }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw corrupt("a number is longer than 64 bits")
    }

    private mutating func add(_ more: Int) throws {
        count += more
        guard count <= Self.limit else {
            throw corrupt("more than \(Self.limit) fields and integers")
        }
    }

    private func corrupt(_ reason: String) -> ONNXError {
        .corrupt("not an ONNX file, or cut off: byte \(position): \(reason)")
    }
}

extension ProtobufCheck {
    /// The messages of `Protobuf/onnx.proto`.
    private enum Message: String, CustomStringConvertible {
        case model, graph, node, attribute, tensor, entry, value, type, tensorType, shape, size

        var description: String { rawValue }

        /// What a field holds, if that is a message.
        func inner(_ field: Int) -> Message? {
            switch (self, field) {
            case (.model, 7): .graph
            case (.model, 8), (.tensor, 13): .entry
            case (.graph, 1): .node
            case (.attribute, 6): .graph
            case (.graph, 5), (.attribute, 5): .tensor
            case (.graph, 11), (.graph, 12): .value
            case (.node, 5): .attribute
            case (.value, 2): .type
            case (.type, 1): .tensorType
            case (.tensorType, 2): .shape
            case (.shape, 1): .size
            default: nil
            }
        }

        /// Whether a field holds integers, packed.
        func isIntegers(_ field: Int) -> Bool {
            switch (self, field) {
            case (.attribute, 8), (.tensor, 1), (.tensor, 5), (.tensor, 7): true
            default: false
            }
        }
    }
}
