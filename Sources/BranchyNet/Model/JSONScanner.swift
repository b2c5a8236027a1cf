/// Reads the pieces of JSON that the header of a safetensors file consists of.
///
/// A general decoder would lose what has to be refused: duplicate keys, and numbers such as `4.0`.
/// Nothing here calls itself, so that deep nesting is an unexpected character like any other.
struct JSONScanner {
    private let bytes: [UInt8]
    private let source: String
    private let end: Int
    private var position: Int

    /// What is being read, for messages.
    var place: String

    init(_ bytes: [UInt8], in range: Range<Int>, source: String, place: String) {
        self.bytes = bytes
        self.source = source
        self.place = place
        position = range.lowerBound
        end = range.upperBound
    }

    /// Reads an object, calling `member` where the value of each key starts.
    mutating func object(_ member: (inout Self, String) throws -> Void) throws {
        var keys: Set<String> = []
        try list(from: "{", to: "}") { scanner in
            let key = try scanner.string()
            // Swift compares by canonical equivalence: keys that differ in their normalization
            // only would fall together in a dictionary, so they count as duplicates too.
            guard keys.insert(key).inserted else {
                throw scanner.corrupt("each name once", found: "\(key.quoted) again")
            }
            try scanner.require(":")
            try member(&scanner, key)
        }
    }

    /// Reads an array of integers.
    mutating func integers() throws -> [Int] {
        var integers: [Int] = []
        try list(from: "[", to: "]") { integers.append(try $0.integer()) }
        return integers
    }

    private mutating func list(
        from opening: Unicode.Scalar, to closing: Unicode.Scalar,
        _ element: (inout Self) throws -> Void
    ) throws {
        try require(opening)
        skipSpace()
        if take(closing) { return }
        while true {
            try element(&self)
            skipSpace()
            if take(closing) { return }
            guard take(",") else { throw unexpected("',' or '\(closing)'") }
        }
    }

    private mutating func integer() throws -> Int {
        skipSpace()
        let digits = bytes[position..<end].prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        let hasLeadingZero = digits.count > 1 && digits.first == UInt8(ascii: "0")
        guard !digits.isEmpty, !hasLeadingZero else { throw unexpected("an integer from 0 on") }
        position = digits.endIndex
        let text = String(decoding: digits, as: UTF8.self)
        guard let value = Int(text) else {
            throw corrupt("integers below \(Int.max)", found: text.quoted)
        }
        return value
    }
}

// MARK: - Strings

extension JSONScanner {
    /// Reads a string.
    mutating func string() throws -> String {
        try require("\"")
        var content: [UInt8] = []
        while !take("\"") {
            guard let byte = next, byte >= 0x20 else { throw unexpected("a string's end") }
            position += 1
            if byte == UInt8(ascii: "\\") {
                content += try escaped()
            } else {
                content.append(byte)
            }
        }
        guard let string = String(validating: content, as: UTF8.self) else {
            throw corrupt("UTF-8", found: String(decoding: content, as: UTF8.self).quoted)
        }
        return string
    }

    /// Reads what follows a backslash.
    private mutating func escaped() throws -> [UInt8] {
        guard let byte = next else { throw unexpected("an escape") }
        position += 1
        switch Unicode.Scalar(byte) {
        case "\"", "\\", "/": return [byte]
        case "b": return [0x08]
        case "f": return [0x0C]
        case "n": return [0x0A]
        case "r": return [0x0D]
        case "t": return [0x09]
        case "u": return try unicodeEscape()
        default:
            position -= 1
            throw unexpected("an escape")
        }
    }

    /// Reads what follows `\u`: four digits, or a surrogate pair.
    private mutating func unicodeEscape() throws -> [UInt8] {
        var units = [try codeUnit()]
        if UTF16.isLeadSurrogate(units[0]), take("\\") {
            guard take("u") else { throw unexpected("the second half of a surrogate pair") }
            units.append(try codeUnit())
        }
        guard let text = String(validating: units, as: UTF16.self) else {
            throw corrupt("whole surrogate pairs", found: "a half")
        }
        return Array(text.utf8)
    }

    private mutating func codeUnit() throws -> UInt16 {
        let digits = bytes[position..<end].prefix(4)
        let text = String(decoding: digits, as: UTF8.self)
        guard digits.count == 4, !text.hasPrefix("+"), let unit = UInt16(text, radix: 16) else {
            throw unexpected("four hexadecimal digits")
        }
        position = digits.endIndex
        return unit
    }
}

// MARK: - Bytes

extension JSONScanner {
    /// The byte at the current position, or `nil` at the end.
    var next: UInt8? { position < end ? bytes[position] : nil }

    private mutating func skipSpace() {
        while take(" ") || take("\n") || take("\r") || take("\t") {}
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard let next, next == UInt8(ascii: scalar) else { return false }
        position += 1
        return true
    }

    private mutating func require(_ scalar: Unicode.Scalar) throws {
        skipSpace()
        guard take(scalar) else { throw unexpected("'\(scalar)'") }
    }

    func corrupt(_ expected: String, found: String) -> ModelError {
        .corrupt(source, place, expected: expected, found: found)
    }

    func unexpected(_ expected: String) -> ModelError {
        let found = next.map { byte in
            byte < 0x80 ? String(Unicode.Scalar(byte)).quoted : "a byte of \(byte)"
        }
        return corrupt(
            expected, found: "\(found ?? "the end of the header") at byte \(position) of the file")
    }
}
