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
    /// What the folder holds besides images.
    let others: [String]
    /// Hidden files and folders, which nothing is looked for in.
    let hidden: [String]
    /// Whether it is a file that is named like one image.
    var isPicture: Bool { !isFolder && ImageFormat.isEnding(of: path) }

    /// - Throws: `DatasetError` where a folder cannot be listed or has no image.
    init(_ path: String) throws {
        let end = path.dropFirst().lastIndex { $0 != "/" } ?? path.startIndex
        let path = String(path.prefix(through: end))
        self.path = path
        isFolder = Self.isFolder(path)
        guard isFolder else {
            (files, others, hidden) = ([path], [], [])
            return
        }
        let names = try Self.names(in: path)
        hidden = names.hidden
        var (files, others): ([String], [String]) = ([], [])
        for name in names.visible {
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

    /// The paths of files below a folder, from it on; of those that are hidden, or lie in a folder that
    /// is, the first name that is. Links to folders are not followed.
    private static func names(in folder: String) throws -> (visible: [String], hidden: [String]) {
        var (names, hidden): ([String], [String]) = ([], [])
        var pending = [""]
        while let place = pending.popLast() {
            for entry in try FolderListing(of: folder + "/" + place).entries {
                let name = place + entry.name.text
                guard !entry.isHidden else {
                    hidden.append(name)
                    continue
                }
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
        return (names.sorted(), hidden.sorted())
    }

    private static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }

    /// What is said about files that are passed over, if there are any: a line for each reason.
    var note: String? {
        let lines = [(others, "not \(ImageFormat.endingNames)"), (hidden, "hidden")].compactMap {
            names, reason -> String? in
            guard let first = names.first else { return nil }
            let rest = names.count > 1 ? " and \(names.count - 1) more" : ""
            return "\(path): passed over \(first)\(rest): \(reason)\n"
        }
        return lines.isEmpty ? nil : lines.joined()
    }

    /// How a file is called in a table that is headed by the group; `nil` where the heading names it.
    func column(of file: String) -> String? {
        if isFolder { return String(Substring(file.utf8.dropFirst(path.utf8.count + 1))) }
        return isPicture ? file : nil
    }
}
