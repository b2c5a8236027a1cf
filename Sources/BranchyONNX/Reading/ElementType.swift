/// How a file says what the elements of a tensor are: `TensorProto.DataType`.
enum ElementType: Int32 {
    case float32 = 1
    case int32 = 6
    case int64 = 7
    case bool = 9
    case float16 = 10
    case bfloat16 = 16

    /// In how many bytes an element stands.
    var byteCount: Int {
        switch self {
        case .bool: 1
        case .float16, .bfloat16: 2
        case .float32, .int32: 4
        case .int64: 8
        }
    }

    /// Whether an element is a floating-point number.
    var isFloat: Bool {
        switch self {
        case .float32, .float16, .bfloat16: true
        case .int32, .int64, .bool: false
        }
    }

    /// Those that are read, for messages.
    static let expected = "expected float32, float16, bfloat16, int64, int32 or bool"

    /// What a type is called that is not read.
    static func title(_ number: Int32) -> String {
        let names: [Int32: String] = [
            2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 8: "string", 11: "float64",
            12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128",
        ]
        return names[number] ?? "the unknown type \(number)"
    }
}
