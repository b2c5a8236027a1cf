package import BranchyData
import Foundation

/// A data set, as options and recipes name it: a known one, or files of the user's own.
package enum DatasetName {
    case known(KnownDataset)
    /// A folder or archive of images.
    case imageFolder(path: String)
    /// A table that names images and their classes.
    case imageTable(path: String)
    /// IDX files: images and labels, or those to learn from and then those to test on.
    case idxFiles(paths: [String])

    /// All that can be named.
    package static let all =
        (KnownDataset.known.map(\.name) + ["folder:PATH", "csv:FILE"]).joined(separator: ", ")
        + idxForm

    private static let folderPrefix = "folder:"
    private static let tablePrefix = "csv:"
    private static let idxPrefix = "idx:"
    private static let idxForm = " or idx:IMAGES,LABELS"

    /// - Throws: `DatasetError` where there is no data set of that name.
    package init(_ name: String) throws {
        if let path = Self.rest(of: name, after: Self.folderPrefix) {
            self = .imageFolder(path: path)
        } else if let path = Self.rest(of: name, after: Self.tablePrefix) {
            self = .imageTable(path: path)
        } else if let list = Self.rest(of: name, after: Self.idxPrefix) {
            self = .idxFiles(paths: try Self.paths(list, of: name))
        } else {
            do {
                self = .known(try .named(name))
            } catch let error as DatasetError {
                throw DatasetError(
                    error.code, error.message + ", folder:PATH, csv:FILE" + Self.idxForm)
            }
        }
    }

    private static func rest(of name: String, after prefix: String) -> String? {
        let rest = name.dropFirst(prefix.count)
        return name.hasPrefix(prefix) && !rest.isEmpty ? String(rest) : nil
    }

    private static func paths(_ list: String, of name: String) throws -> [String] {
        let paths = list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard paths.count == 2 || paths.count == 4, !paths.contains("") else {
            throw DatasetError(
                .invalidConfiguration,
                "'\(name)' names \(paths.count) IDX files; expected idx:IMAGES,LABELS or "
                    + "idx:IMAGES,LABELS,TEST_IMAGES,TEST_LABELS, with no comma in a path")
        }
        return paths
    }

    /// The same data set as later commands, started elsewhere, can find it.
    var absolute: DatasetName {
        switch self {
        case .known: self
        case .imageFolder(let path): .imageFolder(path: Self.absolute(path))
        case .imageTable(let path): .imageTable(path: Self.absolute(path))
        case .idxFiles(let paths): .idxFiles(paths: paths.map(Self.absolute))
        }
    }

    private static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path
    }

    /// Whether it consists of files of the user's own, which may have moved.
    var isOwn: Bool {
        if case .known = self { false } else { true }
    }
}
