// How sizes along several directions or sides stand in a file: as one number where all are equal.

extension Decoder {
    /// Reads a number as so many equal ones, or a list of so many.
    func oneOrList(of count: Int, _ expected: String) throws -> [Int] {
        let value = try singleValueContainer()
        if let one = try? value.decode(Int.self) { return [Int](repeating: one, count: count) }
        let list = try? value.decode([Int].self)
        guard let list, list.count == count else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: codingPath, debugDescription: "expected \(expected)"))
        }
        return list
    }
}

extension Encoder {
    /// Writes equal numbers as one.
    func encodeOneOrList(_ numbers: [Int]) throws {
        var value = singleValueContainer()
        if let first = numbers.first, numbers.allSatisfy({ $0 == first }) {
            try value.encode(first)
        } else {
            try value.encode(numbers)
        }
    }
}
