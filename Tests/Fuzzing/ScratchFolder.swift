import BranchyNet
import Foundation

/// A folder for the files that one reader at a time is fed with; removed at the end.
package final class ScratchFolder {
    let path: String

    /// Makes it where temporary files are.
    package init() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("branchynet-fuzz-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        path = folder.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Makes or overwrites a file.
    ///
    /// - Returns: its path.
    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        let path = path + "/" + name
        let file = try FileDescriptor(
            opening: path, O_WRONLY | O_CREAT | O_TRUNC, permissions: 0o600)
        try file.append(bytes)
        return path
    }
}
