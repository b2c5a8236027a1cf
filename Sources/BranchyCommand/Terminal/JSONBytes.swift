/// JSON written without an encoder: the bytes are those of `JSONEncoder.branchyNet`.
extension [UInt8] {
    /// Appends a text in its quotation marks.
    mutating func append(json text: String) {
        append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(contentsOf: [0x5C, byte])
            case 0x08: append(contentsOf: "\\b".utf8)
            case 0x09: append(contentsOf: "\\t".utf8)
            case 0x0A: append(contentsOf: "\\n".utf8)
            case 0x0C: append(contentsOf: "\\f".utf8)
            case 0x0D: append(contentsOf: "\\r".utf8)
            case ..<0x20:
                append(contentsOf: byte < 0x10 ? "\\u000".utf8 : "\\u001".utf8)
                append(contentsOf: String(byte % 16, radix: 16).utf8)
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }

    /// Appends a number, or the text that stands for one that is not finite.
    mutating func append(json number: some BinaryFloatingPoint & CustomStringConvertible) {
        guard number.isFinite else { return append(json: number.description) }
        append(contentsOf: number.description.utf8)
        if suffix(2).elementsEqual(".0".utf8) { removeLast(2) }
    }
}
