/// Runs the instructions of a pickle, see ``PickleFile``.
struct PickleMachine {
    /// How many instructions there may be: five times what the largest of these files has. Each
    /// leaves one value or none, so this bounds memory as well.
    static let instructionLimit = 1 << 20
    /// The protocols that are read: the one that the files are published in, and the first of
    /// Python 3's, in which it writes bytes as bytes.
    private static let versions = 2...3

    let name: String
    var reader: PickleBytes
    var objects = PickleObjects()
    var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    /// Where the instruction stands that is being carried out.
    private var place = 0

    init(_ contents: [UInt8], name: String) {
        self.name = name
        reader = PickleBytes(contents, name: name)
    }

    /// What the file puts together.
    mutating func run() throws -> PickleValue {
        try checkVersion()
        for _ in 1...Self.instructionLimit {
            place = reader.position
            let code = try reader.byte()
            guard let opcode = PickleOpcode(rawValue: code) else { throw unknown(code) }
            if opcode == .stop { return try finish() }
            try carryOut(opcode)
        }
        throw DatasetError(
            .limitExceeded, file: name, "has too many instructions",
            expected: "at most \(Self.instructionLimit)", found: "more")
    }

    private mutating func checkVersion() throws {
        guard reader.contents.first == PickleOpcode.version.rawValue, reader.contents.count > 1
        else {
            throw DatasetError(
                .malformedFile, file: name, "is not a pickle of protocol 2 or 3",
                expected: "80 and the protocol's number as its first two bytes",
                found: reader.contents.isEmpty ? "an empty file" : reader.start)
        }
        let version = Int(reader.contents[1])
        guard Self.versions.contains(version) else {
            throw DatasetError(
                .unsupportedFormat, file: name, "is a pickle of protocol \(version)",
                expected: "2, as it is published, or 3", found: "\(version)")
        }
        reader.position = 2
    }

    private mutating func finish() throws -> PickleValue {
        guard reader.position == reader.contents.count else {
            throw refusal("has bytes after its end")
        }
        guard stack.count == 1, marks.isEmpty, let result = stack.first else {
            throw refusal("ends with \(stack.count) values", expected: "one")
        }
        return result
    }

    private mutating func carryOut(_ opcode: PickleOpcode) throws {
        switch opcode {
        case .none, .newTrue, .newFalse, .oneByteInteger, .twoByteInteger, .fourByteInteger,
            .longInteger:
            stack.append(try number(opcode))
        case .shortString, .shortBytes: stack.append(.bytes(try reader.range(size: 1)))
        case .string, .unicode, .bytes: stack.append(.bytes(try reader.range(size: 4)))
        case .mark: marks.append(stack.count)
        case .emptyList, .emptyDictionary, .emptyTuple, .append, .appendAll, .setItem, .setItems,
            .tuple, .tuple1, .tuple2, .tuple3:
            try gather(opcode)
        case .put, .get: try remember(opcode, at: Int(reader.byte()))
        case .longPut, .longGet: try remember(opcode, at: reader.integer(size: 4))
        case .global: stack.append(.name(try reader.pickleName(at: place)))
        case .reduce: try reduce()
        case .build: try build()
        // Only ever the first.
        case .version, .stop: throw refusal("begins again")
        }
    }

    private mutating func number(_ opcode: PickleOpcode) throws -> PickleValue {
        switch opcode {
        case .newTrue: return .boolean(true)
        case .newFalse: return .boolean(false)
        case .oneByteInteger: return .integer(try reader.integer(size: 1))
        case .twoByteInteger: return .integer(try reader.integer(size: 2))
        case .fourByteInteger:
            return .integer(Int(Int32(truncatingIfNeeded: try reader.integer(size: 4))))
        case .longInteger:
            let size = Int(try reader.byte())
            guard size < 8 else {
                throw refusal("has a number of \(size) bytes", expected: "at most 7")
            }
            return .integer(try reader.signedInteger(size: size))
        default: return .none
        }
    }

    private mutating func remember(_ opcode: PickleOpcode, at index: Int) throws {
        if opcode == .put || opcode == .longPut {
            guard let value = stack.last else { throw refusal("remembers nothing") }
            memo[index] = value
        } else {
            guard let value = memo[index] else {
                throw refusal("recalls \(index), which nothing was remembered as")
            }
            stack.append(value)
        }
    }
}

// MARK: - The stack

extension PickleMachine {
    /// Takes the last value.
    mutating func pop() throws -> PickleValue {
        guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
            throw refusal("lacks a value")
        }
        return value
    }

    /// Takes the last values, so many of them.
    mutating func pop(_ count: Int) throws -> [PickleValue] {
        guard stack.count - (marks.last ?? 0) >= count else { throw refusal("lacks a value") }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    /// Takes all values since the last mark, and the mark.
    mutating func popMarked() throws -> [PickleValue] {
        guard let mark = marks.popLast() else { throw refusal("lacks a mark") }
        defer { stack.removeLast(stack.count - mark) }
        return Array(stack[mark...])
    }

    /// The last value, which stays.
    func last() throws -> PickleValue {
        guard stack.count > (marks.last ?? 0), let value = stack.last else {
            throw refusal("lacks a value")
        }
        return value
    }

    /// What is wrong with the instruction that is being carried out.
    func refusal(_ problem: String, expected: String? = nil, found: String? = nil) -> DatasetError {
        let code = reader.contents.indices.contains(place) ? reader.contents[place] : 0
        return DatasetError(
            .malformedFile, file: name,
            "\(PickleOpcode.name(of: code)) at byte \(place) \(problem)", expected: expected,
            found: found, remedy: "The file is damaged or another one: fetch it again")
    }

    private func unknown(_ code: UInt8) -> DatasetError {
        DatasetError(
            .unsupportedFormat, file: name,
            "byte \(place) is the instruction \(PickleOpcode.name(of: code))",
            expected: "only those that dictionaries, lists, numbers, texts and arrays need",
            found: PickleBytes.hexadecimal(code),
            remedy: "Nothing of it was executed; the published file has no such instruction")
    }
}
