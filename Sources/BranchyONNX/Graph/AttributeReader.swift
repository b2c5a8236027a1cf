import BranchyNet

/// Reads a node's attributes, and sees to it that none is left out of account.
struct AttributeReader {
    private let node: ONNXNode
    private var unread: Set<String>

    init(_ node: ONNXNode) {
        self.node = node
        unread = Set(node.attributes.keys)
    }

    mutating func integer(_ name: String) throws -> Int? {
        switch take(name) {
        case .integer(let value)?: value
        case nil: nil
        default: throw wrong(name, "an integer")
        }
    }

    mutating func float(_ name: String) throws -> Float? {
        switch take(name) {
        case .float(let value)?: value
        case nil: nil
        default: throw wrong(name, "a number")
        }
    }

    mutating func string(_ name: String) throws -> String? {
        switch take(name) {
        case .string(let value)?: value
        case nil: nil
        default: throw wrong(name, "a text")
        }
    }

    mutating func tensor(_ name: String) throws -> ONNXTensor? {
        switch take(name) {
        case .tensor(let value)?: value
        case nil: nil
        default: throw wrong(name, "a tensor")
        }
    }

    /// - Parameter count: how many there have to be; any number if `nil`.
    mutating func integers(_ name: String, count: Int? = nil) throws -> [Int]? {
        switch take(name) {
        case .integers(let value)? where value.count == count ?? value.count: value
        case nil: nil
        default: throw wrong(name, count.map { "\($0) integers" } ?? "integers")
        }
    }

    /// Reads an integer that has to have one value, which is also the one that it has when it is not
    /// said.
    mutating func require(_ name: String, _ expected: Int) throws {
        let value = try integer(name) ?? expected
        guard value == expected else {
            throw ONNXError.unsupported(
                "\(node.place): \(name) is \(value), expected \(expected)")
        }
    }

    /// Requires that all attributes were read.
    func finish() throws {
        guard let name = unread.min() else { return }
        throw ONNXError.unsupported("\(node.place): attribute \(name.quoted) is not known")
    }

    private mutating func take(_ name: String) -> ONNXNode.Attribute? {
        unread.remove(name)
        return node.attributes[name]
    }

    private func wrong(_ name: String, _ expected: String) -> ONNXError {
        .corrupt("\(node.place): attribute \(name.quoted) is something else than \(expected)")
    }
}
