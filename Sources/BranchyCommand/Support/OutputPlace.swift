import BranchyNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where a path leads that results are to be written to.
enum OutputPlace: Equatable {
    /// To a regular file, or to none yet.
    case file(String)
    /// To something that takes bytes in turn: a terminal, a pipe, a device such as `/dev/null`.
    case stream(String)
    /// To what this process has open under a number, as `/dev/stdout` does.
    case descriptor(CInt)

    /// As many as Linux follows.
    private static let mostLinks = 40

    /// Follows links to their end, of which the last may not be there yet.
    ///
    /// - Throws: `ModelError` of code `unwritable` where that is nothing to write to.
    init(_ path: String) throws {
        var place = path
        for _ in 0...Self.mostLinks {
            if let number = Self.descriptor(place) {
                self = .descriptor(number)
                return
            }
            var status = stat()
            guard lstat(place, &status) == 0 else {
                guard errno == ENOENT else { throw Self.failure(path, SystemFailure("open")) }
                self = .file(place)
                return
            }
            switch status.st_mode & S_IFMT {
            case S_IFLNK: place = try Self.target(of: place, path)
            case S_IFREG:
                self = .file(place)
                return
            case S_IFIFO, S_IFCHR:
                self = .stream(place)
                return
            case S_IFDIR: throw Self.failure(path, "this is a folder, expected the name of a file")
            default: throw Self.failure(path, "expected a file, a pipe or a terminal")
            }
        }
        throw Self.failure(path, "its links lead in a circle")
    }

    /// Writes all bytes.
    ///
    /// - Throws: `ModelError` of code `unwritable`.
    func write(_ bytes: [UInt8]) throws {
        switch self {
        case .file(let path): try AtomicFile.write(bytes, to: path)
        case .stream(let path):
            try Self.append(bytes, path) { () throws(SystemFailure) in
                try FileDescriptor(opening: path, O_WRONLY | O_NOCTTY)
            }
        case .descriptor(let number):
            try Self.append(bytes, "/dev/fd/\(number)") { () throws(SystemFailure) in
                try FileDescriptor(duplicating: number)
            }
        }
    }

    /// Makes sure that a file can be made in its folder.
    ///
    /// - Throws: `ModelError` of code `unwritable`.
    static func checkFolder(of file: String) throws {
        guard access(folder(of: file), W_OK | X_OK) != 0 else { return }
        throw failure(file, SystemFailure("open"))
    }

    private static func append(
        _ bytes: [UInt8], _ path: String, _ open: () throws(SystemFailure) -> FileDescriptor
    ) throws {
        do throws(SystemFailure) { try open().append(bytes) } catch { throw failure(path, error) }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func target(of link: String, _ path: String) throws -> String {
        var characters = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &characters, characters.count)
        guard count >= 0 else { throw failure(path, SystemFailure("readlink")) }
        let bytes = characters.prefix(count).map(UInt8.init(bitPattern:))
        guard let target = String(validating: bytes, as: UTF8.self) else {
            throw failure(path, "the link leads to a name that is not UTF-8")
        }
        return target.hasPrefix("/") ? target : folder(of: link) + "/" + target
    }

    /// The number of the open file that a path stands for. To open such a path would begin at the
    /// file's start, over what others wrote to it.
    private static func descriptor(_ path: String) -> CInt? {
        guard let number = path.split(separator: "/").last.flatMap({ CInt($0) }), number >= 0,
            let own = canonical("/proc/self/fd"), canonical(folder(of: path)) == own
        else { return nil }
        return number
    }

    private static func canonical(_ path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }

    private static func failure(_ path: String, _ failure: SystemFailure) -> ModelError {
        Self.failure(path, failure.message)
    }

    private static func failure(_ path: String, _ reason: String) -> ModelError {
        ModelError(.unwritable, "\(path): not written: \(reason)")
    }
}
