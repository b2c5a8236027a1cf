package import BranchyData
import Foundation

/// A data set, as options and recipes name it: a known one, or a folder of images.
package enum DatasetName {
    case known(KnownDataset)
    case imageFolder(path: String)

    /// All that can be named.
    package static let all =
        KnownDataset.known.map(\.name).joined(separator: ", ") + " or folder:PATH"

    private static let folderPrefix = "folder:"

    /// - Throws: `DatasetError` where there is no data set of that name.
    package init(_ name: String) throws {
        let path = name.dropFirst(Self.folderPrefix.count)
        if name.hasPrefix(Self.folderPrefix), !path.isEmpty {
            self = .imageFolder(path: String(path))
        } else {
            do {
                self = .known(try .named(name))
            } catch let error as DatasetError {
                throw DatasetError(error.code, error.message + " or folder:PATH")
            }
        }
    }

    /// The path of an image folder as later commands, started elsewhere, can find it.
    var absoluteImageFolder: String? {
        guard case .imageFolder(let path) = self else { return nil }
        return URL(fileURLWithPath: path).standardizedFileURL.path
    }
}
