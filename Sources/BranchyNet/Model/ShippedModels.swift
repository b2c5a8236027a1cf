#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The trained models that come with the package, by name.
///
/// They are folders of their names. Where those lie is looked up in this order: the folder that the
/// environment variable ``environmentVariable`` names; `Models` of the working folder; `Models`
/// beside the program, or beside a folder above it.
///
///     let model = try ShippedModels.read("b-alexnet-fast", digest: Checksum.sha256)
///
/// An application that is installed away from the package sets the variable, or passes a path
/// wherever a name is taken.
public enum ShippedModels {
    /// Names the folder that models lie in, each as a folder of its name.
    public static let environmentVariable = "BRANCHYNET_MODELS"

    /// The names that are known, sorted; of the first place that has any.
    public static var names: [String] {
        places.lazy.map { place in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
            return names.filter { isModel("\(place)/\($0)") }.sorted()
        }.first { !$0.isEmpty } ?? []
    }

    /// The folder of the model that a name or path means: the argument itself where it is a path or
    /// there is something at it, or else the shipped model of that name.
    ///
    /// Where there is neither, the argument, so that what is missing is named as it was asked for.
    public static func folder(_ nameOrPath: String) -> String {
        guard !nameOrPath.contains("/"), !FileManager.default.fileExists(atPath: nameOrPath) else {
            return nameOrPath
        }
        return places.map { "\($0)/\(nameOrPath)" }.first(where: isModel) ?? nameOrPath
    }

    /// Reads the model that a name or path means.
    ///
    /// - Parameters:
    ///   - nameOrPath: such as `b-lenet`, or the path of a model folder.
    ///   - digest: gives SHA-256, by which every file is checked; without it, sizes and structure
    ///     are.
    /// - Throws: as ``ModelFolder/read(digest:)``; where an argument may have been meant as a name,
    ///   the error says which names there are.
    public static func read(
        _ nameOrPath: String, digest: ModelFolder.Digest?
    ) throws -> TrainedModel {
        do {
            return try ModelFolder(folder(nameOrPath)).read(digest: digest)
        } catch let error as ModelError where error.code == .missingFile {
            guard !nameOrPath.contains("/") else { throw error }
            throw ModelError(.missingFile, "\(error.message); \(whatIsShipped)")
        }
    }

    /// Whether a folder is one of them, by whatever path or link. One of the user's own may lie
    /// beside them; it has no published result.
    public static func contains(_ folder: String) -> Bool {
        guard let path = RealPath.of(folder),
            let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        else { return false }
        let place = String(path[..<slash])
        return places.contains { RealPath.of($0) == place }
            && FileManager.default.fileExists(atPath: path + "/result.json")
    }

    private static var whatIsShipped: String {
        let names = names
        guard names.isEmpty else {
            return "the models that are shipped are " + names.joined(separator: ", ")
        }
        return "shipped models were not found: they lie in the folder that \(environmentVariable) "
            + "names, in Models of the working folder, or in that of one above the program"
    }

    private static func isModel(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path + "/" + ModelFolder.manifestName)
    }

    private static var places: [String] {
        let named = ProcessInfo.processInfo.environment[environmentVariable]
        let program = (RealPath.ofProgram ?? "").utf8.split(separator: UInt8(ascii: "/"))
            .map { String(Substring($0)) }
        let above = program.indices.reversed().map {
            "/" + program[..<$0].joined(separator: "/")
        }
        return [named].compactMap(\.self).filter { !$0.isEmpty }
            + (["."] + above).map { $0 + "/Models" }
    }
}
