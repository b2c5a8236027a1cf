/// The contents of a pickle that holds a dictionary: of texts, numbers, lists of these, and arrays of
/// unsigned bytes, as the Python version of CIFAR does.
///
///     let file = try PickleFile(contents, name: "data_batch_1")
///     let labels = try file.integers("labels")
///
/// A pickle is a program for a machine, and Python's machine runs whatever a file asks for. This one
/// knows no more than these files need. Nothing is imported, called or executed; an instruction or a
/// name beyond is refused with its place, and nothing is allocated by what a file merely claims.
package struct PickleFile: Sendable {
    /// What errors call the file.
    package let name: String
    private let contents: [UInt8]
    private let objects: PickleObjects
    private let root: [String: PickleValue]

    /// Reads a file.
    ///
    /// - Throws: ``DatasetError`` of code `malformedFile`, or `unsupportedFormat` for what Python
    ///   knows and this reader does not; `limitExceeded` for more instructions than such a file has.
    package init(_ contents: [UInt8], name: String) throws {
        var machine = PickleMachine(contents, name: name)
        let result = try machine.run()
        guard case .dictionary(let index) = result else {
            throw DatasetError(
                .malformedFile, file: name, "does not hold what was expected",
                expected: "a dictionary", found: result.kind)
        }
        self.name = name
        self.contents = contents
        objects = machine.objects
        root = objects.dictionaries[index]
    }

    /// The keys of the dictionary, sorted.
    package var keys: [String] { root.keys.sorted() }

    /// The numbers of a list.
    ///
    /// - Throws: ``DatasetError`` of code `malformedFile` where there is no list of that key, or
    ///   something else is in it.
    package func integers(_ key: String) throws -> [Int] {
        let value = try value(key)
        guard case .list(let index) = value else {
            throw wrongKind(key, expected: "a list of numbers", found: value.kind)
        }
        return try objects.lists[index].map { item in
            guard case .integer(let number) = item else {
                throw wrongKind(key, expected: "a list of numbers", found: "\(item.kind) in it")
            }
            return number
        }
    }

    /// The bytes of an array of two sizes, or bytes that are so many.
    ///
    /// - Throws: ``DatasetError`` of code `malformedFile` where there is no such array.
    package func rows(_ key: String, count: Int, of size: Int) throws -> ArraySlice<UInt8> {
        let value = try value(key)
        let sizes = "\(count)x\(size)"
        switch value {
        case .array(let index):
            let array = objects.arrays[index]
            guard let bytes = array.bytes, array.dimensions == [count, size] else {
                let found = array.dimensions.map(String.init).joined(separator: "x")
                throw wrongKind(key, expected: "\(sizes) bytes", found: found)
            }
            return contents[bytes]
        case .bytes(let bytes) where bytes.count == count * size:
            return contents[bytes]
        default:
            throw wrongKind(key, expected: "an array of \(sizes) bytes", found: value.kind)
        }
    }

    private func value(_ key: String) throws -> PickleValue {
        if let value = root[key] { return value }
        throw DatasetError(
            .malformedFile, file: name, "has no '\(key)'", expected: "'\(key)'",
            found: keys.isEmpty ? "an empty dictionary" : keys.prefix(8).joined(separator: ", "))
    }

    private func wrongKind(_ key: String, expected: String, found: String) -> DatasetError {
        DatasetError(
            .malformedFile, file: name, "'\(key)' is something else", expected: expected,
            found: found)
    }
}

/// What a pickle put together so far.
struct PickleObjects: Sendable {
    var lists: [[PickleValue]] = []
    var tuples: [[PickleValue]] = []
    var dictionaries: [[String: PickleValue]] = []
    var arrays: [PickleArray] = []
}
