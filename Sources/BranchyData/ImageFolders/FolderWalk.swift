import BranchyImages

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// All visible files below a folder, links followed, in the order of their paths.
struct FolderWalk {
    /// Names of folders that programs leave among pictures; those of hidden ones begin with a point.
    private static let foreignFolders: Set<String> = ["__MACOSX", "lost+found", "@eaDir"]
    /// More levels than anybody sorts pictures by.
    private static let maximumDepth = 32
    /// Links to folders that link to each other lead to more places with each that is followed.
    private static let maximumLinkCount = 3

    /// The names on the way to each file, from the folder on.
    private(set) var files: [[String]] = []
    /// Those to each folder.
    private(set) var folders: [[String]] = []
    /// What was not entered, and why.
    private(set) var passedOver: [(path: String, reason: String)] = []

    /// Walks a folder.
    ///
    /// - Throws: ``DatasetError`` of code `unreadableFile` where a folder cannot be listed, and
    ///   `invalidDataset` where a name is not UTF-8.
    init(_ root: String) throws {
        try enter(root, [], within: [FolderIdentity(at: root)])
    }

    private mutating func enter(
        _ folder: String, _ path: [String], within above: [FolderIdentity?], linkCount: Int = 0
    ) throws {
        for entry in try FolderListing(of: folder).entries {
            let location = folder + "/" + entry.name.text
            let names = path + [entry.name.text]
            guard !entry.isHidden else {
                passedOver.append((names.joined(separator: "/"), Self.hidden))
                continue
            }
            guard entry.name.isText || entry.isFolder || ImageFormat.isEnding(of: location)
            else {
                passedOver.append((names.joined(separator: "/"), "no image"))
                continue
            }
            try entry.name.requireText(of: location)
            guard entry.isFolder else {
                files.append(names)
                continue
            }
            let identity = entry.isLink ? FolderIdentity(at: location) : nil
            let linkCount = linkCount + (entry.isLink ? 1 : 0)
            if let reason = objection(to: entry, identity, names, above, linkCount) {
                passedOver.append((names.joined(separator: "/"), reason))
            } else {
                folders.append(names)
                try enter(
                    location, names, within: above + [identity ?? FolderIdentity(at: location)],
                    linkCount: linkCount)
            }
        }
    }

    private func objection(
        to entry: FolderListing.Entry, _ identity: FolderIdentity?, _ names: [String],
        _ above: [FolderIdentity?], _ linkCount: Int
    ) -> String? {
        if let identity, above.contains(identity) { return "a link to a folder that it lies in" }
        guard linkCount <= Self.maximumLinkCount else {
            return "behind more than \(Self.maximumLinkCount) links to folders"
        }
        return Self.objection(to: names)
    }

    /// Why files are passed over whose names, or those of folders that they are in, begin with a point.
    static let hidden = "hidden"

    /// Why what lies at the end of some names is passed over; `nil` where it is not.
    static func objection(to names: [String]) -> String? {
        if names.contains(where: foreignFolders.contains) { return "a folder of another program" }
        return names.count > maximumDepth ? "deeper than \(maximumDepth) folders" : nil
    }
}

/// Which folder something is, whatever path leads to it.
private struct FolderIdentity: Equatable {
    private let device: UInt64
    private let number: UInt64

    init?(at path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino))
    }
}
