#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where everything goes that is not a result.
enum StandardError {
    /// Whether a person is looking at a terminal that can redraw a line.
    static var isTerminal: Bool {
        guard isatty(STDERR_FILENO) == 1 else { return false }
        return getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    /// Columns of the terminal; 80 where it does not say.
    static var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes a text, with whatever a terminal would obey escaped.
    static func write(_ text: String) {
        writeUnescaped(text.escapedForTerminal)
    }

    /// Writes what somebody has to know who uses a result, however quiet the command is to be.
    static func warn(_ warnings: [String]) {
        for warning in warnings { write("warning: \(warning)\n") }
    }

    /// Puts a text in place of the line that the cursor is in.
    static func replaceLine(by text: String) {
        writeUnescaped("\r\u{1B}[K" + text.onOneLine.prefix(width - 1))
    }

    private static func writeUnescaped(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                systemWrite(STDERR_FILENO, $0.baseAddress, $0.count)
            }
            // Nobody reads standard error: there is nobody to tell either.
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}

/// The C library's `write`, which a method of that name hides.
func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(file, bytes, count)
}
