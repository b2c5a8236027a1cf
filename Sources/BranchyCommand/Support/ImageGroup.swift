import BranchyData
import BranchyImages
import Foundation

/// What a user names to be answered: a file, or the images of a folder and of the folders in it.
struct ImageGroup: Sendable {
    /// As the user named it, without slashes at its end.
    let path: String
    let isFolder: Bool
    /// The files in the order of their paths; the file itself if it is one.
    let files: [String]
    /// What the folder holds besides images, hidden files left out.
    let others: [String]
    /// Whether it is a file that is named like one image.
    var isPicture: Bool { !isFolder && ImageFormat.isEnding(of: path) }

    /// - Throws: `DatasetError` where a folder cannot be listed or has no image.
    init(_ path: String) throws {
        let end = path.dropFirst().lastIndex { $0 != "/" } ?? path.startIndex
        let path = String(path.prefix(through: end))
        self.path = path
        isFolder = Self.isFolder(path)
        guard isFolder else {
            (files, others) = ([path], [])
            return
        }
        var (files, others): ([String], [String]) = ([], [])
        for name in try Self.names(in: path) {
            if ImageFormat.isEnding(of: name) {
                files.append("\(path)/\(name)")
            } else {
                others.append(name)
            }
        }
        (self.files, self.others) = (files, others)
        guard !files.isEmpty else {
            throw DatasetError(
                .fileNotFound,
                "\(path): there is no image in this folder; expected files that end "
                    + "in \(ImageFormat.endingNames)")
        }
    }

    /// The paths of visible files below a folder, from it on. Links to folders are not followed.
    private static func names(in folder: String) throws -> [String] {
        var names: [String] = []
        var pending = [""]
        while let place = pending.popLast() {
            for entry in try FolderListing(of: folder + "/" + place).entries {
                let name = place + entry.name.text
                if !entry.name.isText, entry.isFolder || ImageFormat.isEnding(of: name) {
                    try entry.name.requireText(of: "\(folder)/\(name)")
                }
                if entry.isFolder && !entry.isLink {
                    pending.append(name + "/")
                } else {
                    names.append(name)
                }
            }
        }
        return names.sorted()
    }

    private static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }

    /// What is said about files that are passed over, if there are any.
    var note: String? {
        guard let first = others.first else { return nil }
        let rest = others.count > 1 ? " and \(others.count - 1) more" : ""
        return "\(path): passed over \(first)\(rest): not \(ImageFormat.endingNames)\n"
    }

    /// How a file is called in a table that is headed by the group; `nil` where the heading names it.
    func column(of file: String) -> String? {
        if isFolder { return String(Substring(file.utf8.dropFirst(path.utf8.count + 1))) }
        return isPicture ? file : nil
    }
}
