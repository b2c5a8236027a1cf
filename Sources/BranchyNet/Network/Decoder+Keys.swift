extension Decoder {
    /// An object's container, once it has no other keys than these.
    func container<Key: CodingKey & CaseIterable>(
        keyedByOnly type: Key.Type
    ) throws -> KeyedDecodingContainer<Key> {
        try refuseKeys(besides: Key.allCases.map(\.stringValue))
        return try container(keyedBy: type)
    }

    /// Throws a `DecodingError` at the first key, by name, that is not among the known ones.
    func refuseKeys(besides known: [String]) throws {
        let keys = try container(keyedBy: AnyKey.self).allKeys
        let unknown = keys.filter { !known.contains($0.stringValue) }
        guard let key = unknown.min(by: { $0.stringValue < $1.stringValue }) else { return }
        throw DecodingError.dataCorrupted(
            .init(
                codingPath: codingPath + [key],
                debugDescription: "this key is not known; known are "
                    + known.joined(separator: ", ")))
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
