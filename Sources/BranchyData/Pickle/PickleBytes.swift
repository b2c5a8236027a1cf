import BranchyChecksum

/// The bytes of a pickle, from front to back.
struct PickleBytes {
    let contents: [UInt8]
    let name: String
    var position = 0
    /// The longest module or name that is looked at.
    private static let longestName = 256

    init(_ contents: [UInt8], name: String) {
        (self.contents, self.name) = (contents, name)
    }

    /// The first bytes, for errors.
    var start: String { Checksum.hexadecimal(contents.prefix(2)) }

    static func hexadecimal(_ code: UInt8) -> String { "0x" + Checksum.hexadecimal([code]) }

    mutating func byte() throws -> UInt8 {
        guard position < contents.count else { throw truncated(1) }
        defer { position += 1 }
        return contents[position]
    }

    /// A number without sign, the lowest byte first; of seven bytes at most.
    mutating func integer(size: Int) throws -> Int {
        try take(size).reversed().reduce(0) { $0 << 8 | Int(contents[$1]) }
    }

    /// A number in two's complement, of seven bytes at most.
    mutating func signedInteger(size: Int) throws -> Int {
        let number = try integer(size: size)
        let isNegative = size > 0 && number >> (8 * size - 1) & 1 == 1
        return isNegative ? number - 1 << (8 * size) : number
    }

    /// Where the bytes stand whose number the next bytes say.
    mutating func range(size: Int) throws -> Range<Int> {
        try take(integer(size: size))
    }

    private mutating func take(_ count: Int) throws -> Range<Int> {
        guard count <= contents.count - position else { throw truncated(count) }
        defer { position += count }
        return position..<position + count
    }

    /// The name after a `GLOBAL`: one line for the module and one for what is in it.
    mutating func pickleName(at place: Int) throws -> PickleName {
        let (module, name) = (try line(), try line())
        if let known = PickleName(module: module, name: name) { return known }
        let expected = PickleName.allCases.map(\.rawValue).joined(separator: ", ")
        throw DatasetError(
            .unsupportedFormat, file: self.name,
            "GLOBAL at byte \(place) asks for \(module).\(name)",
            expected: "one of \(expected)", found: "\(module).\(name)",
            remedy: "Nothing of it was executed; the published file asks for nothing of that kind")
    }

    private mutating func line() throws -> String {
        let rest = contents[position...].prefix(Self.longestName)
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
            throw DatasetError(
                .malformedFile, file: name, "the name at byte \(position) has no end",
                expected: "a line of less than \(Self.longestName) bytes")
        }
        defer { position = end + 1 }
        return FileName(contents[position..<end]).text
    }

    private func truncated(_ count: Int) -> DatasetError {
        DatasetError(
            .malformedFile, file: name, "is truncated",
            expected: "\(count) more bytes after the first \(position)",
            found: "\(contents.count - position)",
            remedy: "The file is not complete: fetch it again")
    }
}
