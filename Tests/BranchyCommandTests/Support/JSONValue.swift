/// A JSON document of any form.
enum JSONValue: Decodable, Equatable {
    case null
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// What the documentation calls such a value, the most precise name first.
    var typeNames: [String] {
        switch self {
        case .null: ["null"]
        case .boolean: ["boolean"]
        case .integer: ["integer", "number"]
        case .number: ["number"]
        case .string: ["string"]
        case .array: ["array"]
        case .object: ["object"]
        }
    }

    subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// The elements of an array, or none.
    var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    /// The value as a number, where it is one.
    var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// Every value in the document with its place, written as in `docs/JSON.md`: `a.b[].c`. What
    /// lies within `opaque` places is left out.
    func places(_ path: String = "", opaque: Set<String> = []) -> [(path: String, value: JSONValue)]
    {
        let inside: [(path: String, value: JSONValue)] =
            switch self {
            case .object(let members):
                members.flatMap { key, value in
                    value.places(path.isEmpty ? key : "\(path).\(key)", opaque: opaque)
                }
            case .array(let elements):
                elements.flatMap { $0.places(path + "[]", opaque: opaque) }
            default: []
            }
        switch self {
        case .array: return inside
        case .object where opaque.contains(path): return [(path, self)]
        default: return (path.isEmpty ? [] : [(path, self)]) + inside
        }
    }
}
