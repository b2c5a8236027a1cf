#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where files are, links followed. Asked of the system, because Foundation's `Bundle` is not in
/// FoundationEssentials.
package enum RealPath {
    /// The program that runs; `nil` where the system does not say.
    static var ofProgram: String? {
        #if canImport(Darwin)
        var length: UInt32 = 0
        // Asked without memory, it says how much it takes.
        _NSGetExecutablePath(nil, &length)
        var path = [CChar](repeating: 0, count: Int(length))
        guard _NSGetExecutablePath(&path, &length) == 0 else { return nil }
        return path.withUnsafeBufferPointer { $0.baseAddress.flatMap { of($0) } }
        #else
        return of("/proc/self/exe")
        #endif
    }

    /// A file or folder; `nil` where there is none.
    package static func of(_ path: UnsafePointer<CChar>) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        // Safety: the C library gives a text of its own, which ends with a zero and is freed here.
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
