/// The header of a safetensors file, as it is written there: offsets are checked by nobody yet.
struct SafetensorsHeader {
    private(set) var entries: [HeaderEntry] = []
    private(set) var metadata: [String: String] = [:]

    /// Reads one object, then nothing but the spaces that align the numbers.
    init(parsing bytes: [UInt8], in range: Range<Int>, source: String) throws {
        var json = JSONScanner(bytes, in: range, source: source, place: "header")
        guard json.next == UInt8(ascii: "{") else {
            throw json.unexpected("'{' as its first byte")
        }
        try json.object { json, name in
            json.place = name == Safetensors.metadataName ? name : "tensor \(name.quoted)"
            defer { json.place = "header" }
            if name == Safetensors.metadataName {
                try json.object { json, key in metadata[key] = try json.string() }
            } else {
                entries.append(try HeaderEntry(parsing: &json, name: name))
            }
        }
        while json.take(" ") {}
        guard json.next == nil else { throw json.unexpected("only spaces after the last '}'") }
    }
}
