#if canImport(Glibc)
package import Glibc
#elseif canImport(Musl)
package import Musl
#elseif canImport(Darwin)
package import Darwin
#endif

/// Reads and writes whole files, so that a file is either the old or the new one, never a part.
package enum AtomicFile {
    /// Replaces a file, or makes it, and returns when the new content is on the disk.
    ///
    /// The bytes go to a temporary file in the same folder that then takes the place of `path`, with
    /// the permissions of the old file and, where the system lets it, its owner. Other names of the
    /// old file keep the old content.
    ///
    /// - Throws: ``ModelError`` with `unwritable`; also where anything but a regular file is at
    ///   `path`, such as a link or a device. The temporary file is gone then, and the old file
    ///   untouched, unless only the last step failed: putting the new name on the disk.
    package static func write(_ bytes: [UInt8], to path: String) throws {
        try write(to: path) { append in try append(bytes) }
    }

    /// Replaces a file, or makes it, by what comes piece by piece.
    ///
    /// - Parameter body: hands the pieces over, in their order.
    /// - Throws: as ``write(_:to:)``; what `body` throws, and the old file is untouched then.
    package static func write(
        to path: String, by body: (_ append: ([UInt8]) throws -> Void) throws -> Void
    ) throws {
        // C would read the path up to the zero only, and replace another file.
        guard !path.utf8.contains(0) else {
            throw ModelError(.unwritable, "\(path.quoted): not written: a path has no zero in it")
        }
        let old = try replaceableFile(at: path)
        do {
            try replace(path, like: old, by: body)
        } catch let error as SystemFailure {
            throw ModelError(.unwritable, "\(path): not written: \(error.message)")
        }
    }

    /// The state of the regular file at a path, or `nil` where there is nothing.
    ///
    /// - Throws: ``ModelError`` with `unwritable` where there is anything else, which must not
    ///   become a regular file.
    @discardableResult
    package static func replaceableFile(at path: String) throws -> stat? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        let kind: String
        switch status.st_mode & S_IFMT {
        case S_IFREG: return status
        case S_IFDIR: kind = "a folder"
        case S_IFLNK: kind = "a link"
        case S_IFIFO: kind = "a pipe"
        case S_IFSOCK: kind = "a socket"
        default: kind = "a device"
        }
        throw ModelError(
            .unwritable, "\(path): not written: expected a regular file or none, found \(kind)")
    }

    /// Reads a regular file of at most `limit` bytes.
    ///
    /// - Throws: ``ModelError`` with `missingFile` or `unreadable`. Of a file that is too large
    ///   nothing is read, and no memory is reserved for it.
    package static func read(_ path: String, limit: Int) throws -> [UInt8] {
        let (size, bytes) = try open(path) { size in size <= limit ? size : 0 }
        guard size <= limit else {
            throw ModelError(
                .unreadable, "\(path): not read: expected at most \(limit) bytes, found \(size)")
        }
        guard bytes.count == size else {
            throw ModelError(
                .unreadable,
                "\(path): expected \(size) bytes, found \(bytes.count): it changed meanwhile")
        }
        return bytes
    }

    /// Reads the first bytes of a regular file, fewer where it is shorter.
    ///
    /// - Throws: ``ModelError`` with `missingFile` or `unreadable`.
    package static func start(of path: String, byteCount: Int) throws -> [UInt8] {
        try open(path) { min($0, byteCount) }.bytes
    }

    /// Reads the first and the last bytes of a regular file, fewer where it is shorter.
    ///
    /// - Returns: them, and how many bytes the file has.
    /// - Throws: ``ModelError`` with `missingFile` or `unreadable`.
    package static func ends(
        of path: String, startByteCount: Int, endByteCount: Int
    ) throws -> (byteCount: Int, start: [UInt8], end: [UInt8]) {
        try opened(path) { file, size throws(SystemFailure) in
            let start = try file.bytes(upTo: min(size, startByteCount))
            // What was read already is not read again.
            guard size > start.count else {
                return (size, start, Array(start.suffix(endByteCount)))
            }
            let offset = max(0, size - endByteCount)
            return (size, start, try file.bytes(upTo: endByteCount, at: offset))
        }
    }

    /// Reads a part of a regular file.
    ///
    /// - Throws: ``ModelError`` with `missingFile` or `unreadable`; also where the file ends before, and
    ///   then no memory is reserved.
    package static func part(of path: String, offset: Int, byteCount: Int) throws -> [UInt8] {
        let bytes: [UInt8]? = try opened(path) { file, size throws(SystemFailure) in
            guard offset <= size, byteCount <= size - offset else { return nil }
            return try file.bytes(upTo: byteCount, at: offset)
        }
        guard let bytes, bytes.count == byteCount else {
            throw ModelError(
                .unreadable,
                "\(path): not read: expected \(byteCount) bytes from byte \(offset) on, and it ends "
                    + "before")
        }
        return bytes
    }

    /// Reads a file that is smaller than some memory to its start, with as few calls to the system
    /// as it takes: not even its size is asked for.
    ///
    /// - Returns: how many bytes it has; `nil` where it cannot be read or is not smaller.
    package static func read(_ path: String, into memory: inout [UInt8]) -> Int? {
        do throws(SystemFailure) {
            let file = try FileDescriptor(opening: path, openingFlags)
            var span = memory.mutableSpan
            let count = try file.read(into: &span)
            return count < span.count ? count : nil
        } catch {
            return nil
        }
    }

    /// Without O_NONBLOCK, opening a pipe would wait for somebody to write.
    private static let openingFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY

    /// Reads as many bytes of a regular file as are wanted, given how many it has.
    private static func open(
        _ path: String, wanted: (Int) -> Int
    ) throws -> (size: Int, bytes: [UInt8]) {
        try opened(path) { file, size throws(SystemFailure) in
            (size, try file.bytes(upTo: wanted(size)))
        }
    }

    /// Lends a regular file and says how many bytes it has.
    private static func opened<Result>(
        _ path: String, _ body: (borrowing FileDescriptor, Int) throws(SystemFailure) -> Result
    ) throws -> Result {
        do throws(SystemFailure) {
            let file = try FileDescriptor(opening: path, openingFlags)
            if let size = try file.size() { return try body(file, size) }
        } catch {
            throw unreadable(path, error)
        }
        throw notRegular(path)
    }

    /// Opens a regular file to be read.
    ///
    /// - Throws: ``ModelError`` with `missingFile` or `unreadable`.
    static func open(_ path: String) throws -> FileDescriptor {
        do throws(SystemFailure) {
            let file = try FileDescriptor(opening: path, openingFlags)
            if try file.size() != nil { return file }
        } catch {
            throw unreadable(path, error)
        }
        throw notRegular(path)
    }

    /// What the system says to reading a file.
    static func unreadable(_ path: String, _ failure: SystemFailure) -> ModelError {
        let isMissing = failure.number == ENOENT || failure.number == ENOTDIR
        return ModelError(
            isMissing ? .missingFile : .unreadable, "\(path): not read: \(failure.message)")
    }

    private static func notRegular(_ path: String) -> ModelError {
        ModelError(.unreadable, "\(path): not read: expected a regular file")
    }
}

// MARK: - Steps of writing

extension AtomicFile {
    private static func replace(
        _ path: String, like old: stat?,
        by body: (_ append: ([UInt8]) throws -> Void) throws -> Void
    ) throws {
        let folderEnd = path.utf8.lastIndex(of: UInt8(ascii: "/")).map {
            path.utf8.index(after: $0)
        }
        let folder = folderEnd.map { String(path[..<$0]) } ?? "."
        // Before anything is written, because afterwards would be too late to fail.
        let folderDescriptor = try FileDescriptor(opening: folder, O_RDONLY | O_DIRECTORY)
        TemporaryFile.removeLeftovers(in: folder)
        let file = try TemporaryFile(in: folder)
        try body { bytes in try file.append(bytes) }
        try file.replace(path, like: old)
        try folderDescriptor.synchronize()
    }
}
