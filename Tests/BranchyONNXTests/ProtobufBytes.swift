#if ONNX
/// A message of protobuf's, put together by hand: so that it may also be wrong.
struct ProtobufBytes: Sendable {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ field: Int, _ integer: Int) {
        bytes += Self.number(UInt64(field) << 3) + Self.number(UInt64(bitPattern: Int64(integer)))
    }

    mutating func add(_ field: Int, _ float: Float) {
        bytes += Self.number(UInt64(field) << 3 | 5)
        bytes += withUnsafeBytes(of: float.bitPattern.littleEndian) { Array($0) }
    }

    mutating func add(_ field: Int, _ content: [UInt8]) {
        bytes += Self.number(UInt64(field) << 3 | 2) + Self.number(UInt64(content.count)) + content
    }

    mutating func add(_ field: Int, _ text: String) { add(field, Array(text.utf8)) }
    mutating func add(_ field: Int, _ message: ProtobufBytes) { add(field, message.bytes) }

    /// Integers, packed.
    mutating func add(_ field: Int, _ integers: [Int]) {
        add(field, integers.flatMap { Self.number(UInt64(bitPattern: Int64($0))) })
    }

    /// Seven bits a byte, lowest first.
    static func number(_ value: UInt64) -> [UInt8] {
        var (rest, bytes) = (value, [UInt8]())
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}
#endif
