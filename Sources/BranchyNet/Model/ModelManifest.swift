#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What files a model consists of: the content of `manifest.json`.
struct ModelManifest: Codable {
    struct Entry: Codable {
        var bytes: Int
        var sha256: String
        /// Where the file has another name than its entry.
        var file: String?

        func requireSize(_ found: Int, of file: String) throws(ModelError) {
            guard found != bytes else { return }
            throw ModelError(
                .corruptFile, "\(file) has \(found) bytes, the manifest says \(bytes)")
        }

        func requireDigest(_ found: String, of file: String) throws(ModelError) {
            guard found != sha256 else { return }
            throw ModelError(
                .corruptFile,
                "\(file) was changed: its SHA-256 is \(found), the manifest says \(sha256)")
        }
    }

    var format = "branchynet-model"
    var version = ModelFolder.version
    var files: [String: Entry] = [:]

    /// A manifest of no files.
    init() {}

    /// Reads a manifest.
    ///
    /// - Parameter source: the file's path.
    /// - Throws: ``ModelError`` where it is none, or of a newer version.
    init(parsing bytes: [UInt8], source: String) throws {
        do {
            self = try JSONDecoder.branchyNet.decode(Self.self, from: Data(bytes))
        } catch {
            throw ModelError(.corruptFile, "\(source): \(ModelError.describe(error))")
        }
        guard format == Self().format else {
            throw ModelError(
                .corruptFile, "\(source): format '\(format)', expected '\(Self().format)'")
        }
        guard version <= ModelFolder.version, version >= 1 else {
            throw ModelError(
                .unsupportedVersion,
                "\(source): version \(version), this program reads 1 to \(ModelFolder.version); "
                    + "use a newer one")
        }
        for storedName in storedNames where storedName.contains("/") {
            throw ModelError(
                .corruptFile, "\(source): \(storedName.quoted) is not the name of a file")
        }
    }

    /// The name that an entry's file has in the folder.
    func storedName(of name: String) -> String { files[name]?.file ?? name }

    /// The names that its files have in the folder.
    var storedNames: Set<String> { Set(files.keys.map(storedName)) }

    /// A name for new content of an entry: the entry's own, or one like it where a file of this
    /// manifest has that.
    ///
    /// - Parameter others: further names that are not to be taken.
    func freeName(for name: String, besides others: some Sequence<String>) -> String {
        let taken = storedNames
        guard taken.contains(name) else { return name }
        let reserved = taken.union(others)
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        let names = (2...).lazy.map { "\(name[..<dot]).\($0)\(name[dot...])" }
        return names.first { !reserved.contains($0) } ?? name
    }
}
