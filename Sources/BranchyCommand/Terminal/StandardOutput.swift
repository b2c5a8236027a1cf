import BranchyNet
import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where results go, and nothing else.
enum StandardOutput {
    /// Whether a person is looking at a terminal that can draw.
    static var isTerminal: Bool {
        guard isatty(STDOUT_FILENO) == 1 else { return false }
        return getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    /// Columns of the terminal; 80 where it does not say.
    static var width: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes a text at once, with whatever a terminal would obey escaped as JSON does it, so that
    /// JSON stays what it is.
    ///
    /// - Throws: `ModelError` of code `unwritable` where not all of it can be written, which
    ///   `print` would not tell: a result that is lost must not look like a success.
    static func write(_ text: String) throws {
        try write(escaped: Array(text.escapedForTerminal.utf8))
    }

    /// Writes a value as JSON.
    ///
    /// - Throws: as ``write(_:)``.
    static func write(json value: some Encodable) throws {
        let data = try JSONEncoder.branchyNet.encode(value)
        try write(String(decoding: data, as: UTF8.self) + "\n")
    }

    /// Writes text at once in which names are escaped already.
    ///
    /// - Throws: as ``write(_:)``.
    static func write(escaped bytes: [UInt8]) throws {
        var bytes = bytes[...]
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
