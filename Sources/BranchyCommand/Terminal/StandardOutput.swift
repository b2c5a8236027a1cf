import BranchyNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where results go, and nothing else.
enum StandardOutput {
    /// Writes a text at once.
    ///
    /// - Throws: `ModelError` of code `unwritable` where not all of it can be written, which
    ///   `print` would not tell: a result that is lost must not look like a success.
    static func write(_ text: String) throws {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                systemWrite(STDOUT_FILENO, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                throw ModelError(
                    .unwritable,
                    "standard output: not written: \(String(cString: strerror(errno)))")
            }
            bytes = bytes.dropFirst(count)
        }
    }
}
