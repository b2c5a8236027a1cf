#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A call to the system that failed.
package struct SystemFailure: Error {
    let call: String
    let number: CInt

    /// Describes the failure of the call that was the last to be made.
    package init(_ call: String) {
        self.init(call, errno)
    }

    init(_ call: String, _ number: CInt) {
        self.call = call
        self.number = number
    }

    /// The call, and what the system says: `write: No space left on device`.
    package var message: String { "\(call): \(String(cString: strerror(number)))" }
}

/// An open file or folder, closed at the end of its life.
package struct FileDescriptor: ~Copyable, Sendable {
    private let number: CInt

    /// Opens a file.
    package init(
        opening path: String, _ flags: CInt, permissions: UInt16 = 0
    ) throws(SystemFailure) {
        // C would read the path up to the zero only, and open another file.
        guard !path.utf8.contains(0) else { throw SystemFailure("open", EINVAL) }
        let opened = retrying { open(path, flags | O_CLOEXEC, mode_t(permissions)) }
        guard opened >= 0 else { throw SystemFailure("open") }
        number = opened
    }

    /// Opens once more what is open under a number.
    package init(duplicating number: CInt) throws(SystemFailure) {
        let opened = retrying { fcntl(number, F_DUPFD_CLOEXEC, 0) }
        guard opened >= 0 else { throw SystemFailure("fcntl") }
        self.number = opened
    }

    deinit { close(number) }

    /// Whether a path names this very file, and not a link to it or one that took its place.
    func isFile(at path: String) -> Bool {
        var own = stat()
        var found = stat()
        return fstat(number, &own) == 0 && lstat(path, &found) == 0
            && own.st_dev == found.st_dev && own.st_ino == found.st_ino
    }

    /// Takes over the permissions of another file and, where the system lets it, owner and group.
    func takeOver(_ old: stat) throws(SystemFailure) {
        // Only root gives files away. A group is given where the user is in it.
        if fchown(number, old.st_uid, old.st_gid) != 0 { _ = fchown(number, .max, old.st_gid) }
        // Afterwards, because a change of owner takes some permissions away.
        guard fchmod(number, old.st_mode & 0o7777) == 0 else { throw SystemFailure("fchmod") }
    }

    /// The size in bytes, or `nil` for what is not a regular file.
    package func size() throws(SystemFailure) -> Int? {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw SystemFailure("fstat") }
        return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    /// Reads up to `count` bytes: fewer if the file ends before.
    package func bytes(upTo count: Int) throws(SystemFailure) -> [UInt8] {
        do {
            return try [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
                done = try read(into: UnsafeMutableRawBufferPointer(buffer))
            }
        } catch let error as SystemFailure {
            throw error
        } catch {
            preconditionFailure("reading fails by the system alone")
        }
    }

    /// Reads up to `count` bytes from a place of the file on, wherever reading stands: fewer if the
    /// file ends before.
    package func bytes(upTo count: Int, at offset: Int) throws(SystemFailure) -> [UInt8] {
        guard lseek(number, off_t(offset), SEEK_SET) >= 0 else { throw SystemFailure("lseek") }
        return try bytes(upTo: count)
    }

    /// Reads until some memory is full or the file ends.
    ///
    /// - Returns: how many bytes were read.
    package func read(into memory: inout MutableSpan<UInt8>) throws(SystemFailure) -> Int {
        try memory.withUnsafeMutableBytes { buffer throws(SystemFailure) in try read(into: buffer) }
    }

    /// The same for memory that need not hold anything yet.
    func read(into memory: UnsafeMutableRawBufferPointer) throws(SystemFailure) -> Int {
        var done = 0
        while done < memory.count {
            // Safety: the rest of the memory, which is not empty, for the time of the call.
            let rest = UnsafeMutableRawBufferPointer(rebasing: memory[done...])
            let length = retrying { systemRead(number, rest.baseAddress, rest.count) }
            guard length >= 0 else { throw SystemFailure("read") }
            if length == 0 { break }
            done += length
        }
        return done
    }

    /// Lends a part of a regular file, which the system maps for that time and reads as it is looked
    /// at. Afterwards no memory is taken by it.
    ///
    /// Where a file is shorter than was asked for, a mapping ends the process as soon as what is
    /// missing is looked at, so the size is asked for each time.
    ///
    /// - Returns: what `body` gives; `nil` where the file ends before the part does.
    package func withMappedBytes<Result>(
        _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result? {
        guard let size = try size(), range.upperBound <= size else { return nil }
        guard !range.isEmpty else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        // A mapping begins with a page.
        let start = range.lowerBound & ~(Int(getpagesize()) - 1)
        let length = range.upperBound - start
        let mapped = mmap(nil, length, PROT_READ, MAP_SHARED, number, off_t(start))
        // MAP_FAILED is the address -1.
        guard let mapped, mapped != UnsafeMutableRawPointer(bitPattern: -1) else {
            throw SystemFailure("mmap")
        }
        // Safety: the mapping is ours until it is given back here, and reaches to the range's end.
        defer { munmap(mapped, length) }
        return try body(
            UnsafeRawBufferPointer(
                start: mapped + (range.lowerBound - start), count: range.count))
    }

    /// Writes all bytes, in as many calls as the system wants.
    package func append(_ bytes: [UInt8]) throws(SystemFailure) {
        var done = 0
        while done < bytes.count {
            let length = bytes.withUnsafeBytes { buffer in
                // Safety: the rest of the buffer, which is not empty, for the time of the call.
                let rest = UnsafeRawBufferPointer(rebasing: buffer[done...])
                return retrying { write(number, rest.baseAddress, rest.count) }
            }
            // A system that takes nothing and reports nothing would be asked for ever.
            guard length != 0 else { throw SystemFailure("write", ENOSPC) }
            guard length > 0 else { throw SystemFailure("write") }
            done += length
        }
    }

    /// Takes all content away; with `O_APPEND`, writing begins at the start again.
    package func truncate() throws(SystemFailure) {
        guard retrying({ ftruncate(number, 0) }) == 0 else { throw SystemFailure("ftruncate") }
    }

    /// Keeps other processes that ask for it from the file, as long as it is open.
    ///
    /// - Returns: whether no other process has it.
    package func lock() throws(SystemFailure) -> Bool {
        if retrying({ flock(number, LOCK_EX | LOCK_NB) }) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw SystemFailure("flock") }
        return false
    }

    /// Waits until the content is on the disk.
    package func synchronize() throws(SystemFailure) {
        guard retrying({ fsync(number) }) == 0 else { throw SystemFailure("fsync") }
    }
}

/// The C library's `read`, which a method of that name hides.
private func systemRead(_ file: CInt, _ memory: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(file, memory, count)
}

/// Calls again as long as a signal interrupts.
private func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        guard result == -1, errno == EINTR else { return result }
    }
}
