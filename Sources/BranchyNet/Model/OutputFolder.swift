import BranchyCompute

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A folder that results are written to.
package enum OutputFolder {
    /// Makes it, and the folders above it, where they are not there.
    ///
    /// - Returns: the folders that were made, the outermost first.
    /// - Throws: ``ModelError`` of code `unwritable`, with what the system says.
    @discardableResult
    package static func make(_ path: String) throws(ModelError) -> [String] {
        // C would read the path up to the zero only, and make another folder.
        guard !path.isEmpty, !path.utf8.contains(0) else { throw failure(path, ENOENT) }
        if let made = try makeOne(path) { return made ? [path] : [] }
        guard let parent = parent(of: path) else { throw failure(path, ENOENT) }
        let above = try make(parent)
        guard let made = try makeOne(path) else { throw failure(path, ENOENT) }
        return above + (made ? [path] : [])
    }

    /// The first of the names in a folder, locks aside; `nil` where it is empty or not there.
    ///
    /// - Throws: ``ModelError`` of code `unwritable` where there is something else than a folder.
    package static func firstName(in path: String) throws -> String? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
                .filter { !FolderLock.isLock($0) }.min()
        } catch {
            throw failure(path, ENOTDIR)
        }
    }

    /// Requires that a folder is empty or not there: nothing of anybody's is written over.
    ///
    /// - Throws: ``ModelError`` of code `unwritable`.
    package static func requireEmpty(_ path: String) throws {
        guard let found = try firstName(in: path) else { return }
        throw ModelError(
            .unwritable, "\(path) is not empty: it holds \(found.quoted); choose another --output")
    }

    /// How many bytes may be written to a folder's file system; `nil` where it does not say.
    package static func freeByteCount(in path: String) -> Int? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int(clamping: status.f_bavail)
            .multipliedSaturating(by: Int(clamping: status.f_frsize))
    }

    /// Requires that there is room for a file that only saves time.
    ///
    /// - Parameter content: what the file holds, for the error.
    /// - Throws: ``ModelError`` of code `unwritable`.
    package static func requireRoom(
        for byteCount: Int, at path: String, _ content: String
    ) throws(ModelError) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        guard let free = freeByteCount(in: folder), free < byteCount else { return }
        throw ModelError(
            .unwritable,
            "\(folder): no room for \(content): expected \(byteCount) bytes free, found \(free). Make "
                + "room, or choose another folder by --cache")
    }

    /// Removes folders that ``make(_:)`` made, except those that something was put into since.
    static func removeIfEmpty(_ made: [String]) {
        for path in made.reversed() { rmdir(path) }
    }

    /// - Returns: whether the folder was made; `nil` where the one that it is to stand in is missing.
    private static func makeOne(_ path: String) throws(ModelError) -> Bool? {
        if mkdir(path, 0o777) == 0 { return true }
        let reason = errno
        guard reason != ENOENT else { return nil }
        var status = stat()
        // Where a file system can only be read, the system says so first, though the folder is there.
        let isFolder = stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        guard isFolder else { throw failure(path, reason) }
        return false
    }

    private static func parent(of path: String) -> String? {
        var rest = path.utf8[...]
        while rest.last == UInt8(ascii: "/") { rest = rest.dropLast() }
        guard let slash = rest.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        return slash == path.startIndex ? nil : String(path[..<slash])
    }

    private static func failure(_ path: String, _ number: CInt) -> ModelError {
        ModelError(
            .unwritable,
            "\(path): cannot make the folder: \(String(cString: strerror(number)))")
    }
}
