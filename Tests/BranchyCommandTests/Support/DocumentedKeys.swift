import Foundation
import Testing

/// The tables of `docs/JSON.md`: which types each key may have.
struct DocumentedKeys {
    let types: [String: Set<String>]
    /// The cell behind the types, without its quotation marks: of some tables, what has the key.
    private let owners: [String: Set<String>]

    /// Reads one table of a section.
    ///
    /// - Parameter heading: the first cell of the table.
    init(section: String, heading: String = "key") throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../docs/JSON.md")
        let lines = try String(contentsOf: file, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0 == "## `\(section)`" })
        let table = try #require(lines[start...].firstIndex { $0.hasPrefix("| \(heading) |") })
        let rows = lines[(table + 2)...].prefix { $0.hasPrefix("| ") }
        var (types, owners): ([String: Set<String>], [String: Set<String>]) = ([:], [:])
        for row in rows {
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let key = cells[0].trimmingCharacters(in: ["`"])
            #expect(types[key] == nil, "\(key) is documented twice")
            types[key] = Set(cells[1].components(separatedBy: " or "))
            owners[key] = Set(
                cells[2].components(separatedBy: ", ").map { $0.trimmingCharacters(in: ["`"]) })
        }
        (self.types, self.owners) = (types, owners)
    }

    /// The keys whose line names an owner.
    init(_ keys: DocumentedKeys, of owner: String) {
        owners = keys.owners.filter { $0.value.contains(owner) }
        types = keys.types.filter { keys.owners[$0.key]?.contains(owner) == true }
    }

    /// Whatever some line names as the owner of its key.
    var allOwners: Set<String> { owners.values.reduce(into: []) { $0.formUnion($1) } }

    /// Expects values at exactly the documented keys, and of the documented types; what lies within
    /// an object that is null is not there.
    ///
    /// - Parameter absent: documented keys that are not always there, and are not now.
    func expectToDescribe(
        _ places: [(path: String, value: JSONValue)], without missing: Set<String> = []
    ) {
        let absent = places.filter { $0.value == .null }.map { $0.path + "." }
        let found = Set(places.map(\.path))
        // Of an array, one element may be null and another not.
        let expected = types.keys.filter { key in
            !missing.contains(key)
                && (found.contains(key) || !absent.contains { key.hasPrefix($0) })
        }
        #expect(found == Set(expected))
        for (path, value) in places {
            let known = types[path] ?? []
            #expect(!known.isDisjoint(with: value.typeNames), "\(path): \(value)")
        }
    }
}
