#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A folder on disk, walked in the order of names; links are followed.
final class DiskFolder: FileTree {
    private let root: String
    private let maximumDepth: Int
    /// What is still to come, the next one last.
    private var pending: [[String]] = []
    private var last: [String] = []

    /// Prepares to walk a folder.
    ///
    /// - Parameter maximumDepth: how many names the paths have at most. Folders that lie so deep
    ///   are not entered, so that links in a circle end as well.
    /// - Throws: ``DatasetError`` of code `unreadableFile`.
    init(_ root: String, maximumDepth: Int) throws {
        self.root = root
        self.maximumDepth = maximumDepth
        try enter([])
    }

    func next() throws -> FileTreeEntry? {
        guard let path = pending.popLast() else { return nil }
        last = path
        let isFolder = FileKind(at: name(of: path)) == .folder
        if isFolder, path.count < maximumDepth { try enter(path) }
        return FileTreeEntry(path: path, isFolder: isFolder, name: name(of: path))
    }

    func contents(maximumByteCount: Int) throws -> [UInt8] {
        try CompressedFile.contents(ofFile: name(of: last), maximumByteCount: maximumByteCount)
    }

    private func enter(_ path: [String]) throws {
        let folder = name(of: path)
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw DatasetError(
                .unreadableFile, file: folder, "cannot be listed", expected: "a folder to read")
        }
        pending += names.filter { !$0.hasPrefix(".") }.sorted(by: >).map { path + [$0] }
    }

    private func name(of path: [String]) -> String {
        ([root] + path).joined(separator: "/")
    }
}
