package import BranchyData
import Foundation

/// A data set, as options and recipes name it.
package enum DatasetName: Equatable {
    case mnist
    case digits
    case cifar10(CIFAR10.Edition)
    case imageFolder(path: String)

    package static let known = "mnist, digits, cifar10, cifar10-jpeg or folder:PATH"

    /// - Throws: `DatasetError` where there is no data set of that name.
    package init(_ name: String) throws {
        let edition = CIFAR10.Edition(rawValue: name)
        switch name {
        case "mnist": self = .mnist
        case "digits": self = .digits
        case _ where edition != nil: self = .cifar10(edition ?? .published)
        case _ where name.hasPrefix("folder:") && name != "folder:":
            self = .imageFolder(path: String(name.dropFirst("folder:".count)))
        default:
            throw DatasetError(
                .fileNotFound, "there is no data set '\(name)'; known are \(Self.known)")
        }
    }

    /// The path of an image folder as later commands, started elsewhere, can find it.
    var absoluteImageFolder: String? {
        guard case .imageFolder(let path) = self else { return nil }
        return URL(fileURLWithPath: path).standardizedFileURL.path
    }
}
