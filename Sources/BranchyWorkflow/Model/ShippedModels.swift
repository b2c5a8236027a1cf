import BranchyChecksum
package import BranchyNet
import Foundation

/// The trained models that come with the program: folders of their names in `Models`, of the working
/// folder or of one above the program.
package enum ShippedModels {
    /// The folder of the model that an argument means: the argument itself where there is such a
    /// path, or else the shipped model of that name.
    ///
    /// Where there is neither, the argument, so that what is missing is named as it was asked for.
    package static func folder(_ argument: String) -> String {
        guard !argument.contains("/"), !FileManager.default.fileExists(atPath: argument) else {
            return argument
        }
        return places.map { "\($0)/\(argument)" }.first(where: isModel) ?? argument
    }

    /// Reads the model that an argument means, checking every file against its SHA-256.
    ///
    /// - Throws: `ModelError`; where an argument may have been meant as a name, it says which names
    ///   there are.
    package static func read(_ argument: String) throws -> TrainedModel {
        do {
            return try ModelFolder(folder(argument)).read(digest: Checksum.sha256)
        } catch let error as ModelError where error.code == .missingFile {
            guard !argument.contains("/") else { throw error }
            throw ModelError(.missingFile, "\(error.message); \(whatIsShipped)")
        }
    }

    /// Keeps a model that came with the program as it came.
    ///
    /// - Throws: `ModelError` of code `unwritable` where the folder holds one.
    package static func refuseToChange(_ folder: String) throws {
        let url = URL(fileURLWithPath: folder).resolvingSymlinksInPath()
        let place = url.deletingLastPathComponent().path
        let isShipped = places.contains {
            URL(fileURLWithPath: $0).resolvingSymlinksInPath().path == place
        }
        // One of the user's own may lie beside; it has no published result.
        guard isShipped, FileManager.default.fileExists(atPath: url.path + "/result.json") else {
            return
        }
        throw ModelError(
            .unwritable,
            "\(folder): this model came with the program and stays as it is; change a copy, made "
                + "by `cp -r \(folder) FOLDER`, or pass --force")
    }

    private static var whatIsShipped: String {
        let names = places.lazy.map { place in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
            return names.filter { isModel("\(place)/\($0)") }.sorted()
        }.first { !$0.isEmpty }
        guard let names else {
            return "shipped models were not found: they lie in Models of the working folder, or of "
                + "one above the program"
        }
        return "the models that are shipped are " + names.joined(separator: ", ")
    }

    private static func isModel(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path + "/" + ModelFolder.manifestName)
    }

    private static var places: [String] {
        let path = Bundle.main.executablePath ?? CommandLine.arguments[0]
        let parts = URL(fileURLWithPath: path).standardizedFileURL.pathComponents.dropFirst()
        let above = parts.indices.reversed().map { "/" + parts[..<$0].joined(separator: "/") }
        return (["."] + above).map { $0 + "/Models" }
    }
}

extension ModelFolder {
    /// Reads the model, checking every file against its SHA-256, and that there is the memory that
    /// it takes.
    package func load(within memory: MemoryLimit) throws -> TrainedModel {
        let trained = try ShippedModels.read(path)
        try memory.check(trained.network)
        return trained
    }
}
