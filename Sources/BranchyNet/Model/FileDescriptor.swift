#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A call to the system that failed.
struct SystemFailure: Error {
    let call: String
    let number: CInt

    /// Describes the failure of the call that was the last to be made.
    init(_ call: String) {
        self.init(call, errno)
    }

    init(_ call: String, _ number: CInt) {
        self.call = call
        self.number = number
    }

    /// The call, and what the system says: `write: No space left on device`.
    var message: String { "\(call): \(String(cString: strerror(number)))" }
}

/// An open file or folder, closed at the end of its life.
struct FileDescriptor: ~Copyable {
    private let number: CInt

    /// Opens a file.
    init(
        opening path: String, _ flags: CInt, permissions: mode_t = 0
    ) throws(SystemFailure) {
        // C would read the path up to the zero only, and open another file.
        guard !path.utf8.contains(0) else { throw SystemFailure("open", EINVAL) }
        let opened = retrying { open(path, flags | O_CLOEXEC, permissions) }
        guard opened >= 0 else { throw SystemFailure("open") }
        number = opened
    }

    deinit { close(number) }

    /// The size in bytes, or `nil` for what is not a regular file.
    func size() throws(SystemFailure) -> Int? {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw SystemFailure("fstat") }
        return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    /// Reads up to `count` bytes: fewer if the file ends before.
    func bytes(upTo count: Int) throws(SystemFailure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let length = bytes.withUnsafeMutableBytes { buffer in
                // Safety: the rest of the buffer, which is not empty, for the time of the call.
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
                return retrying { read(number, rest.baseAddress, rest.count) }
            }
            guard length >= 0 else { throw SystemFailure("read") }
            if length == 0 { return Array(bytes.prefix(done)) }
            done += length
        }
        return bytes
    }

    /// Writes all bytes, in as many calls as the system wants.
    func append(_ bytes: [UInt8]) throws(SystemFailure) {
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

    /// Waits until the content is on the disk.
    func synchronize() throws(SystemFailure) {
        guard retrying({ fsync(number) }) == 0 else { throw SystemFailure("fsync") }
    }
}

/// Calls again as long as a signal interrupts.
private func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        guard result == -1, errno == EINTR else { return result }
    }
}
