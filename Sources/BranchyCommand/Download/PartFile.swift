import BranchyChecksum
import BranchyNet
import Foundation

/// What of a file has been fetched so far, on the disk beside its place, and its SHA-256.
struct PartFile: ~Copyable {
    private static let chunkSize = 1 << 20

    let path: String
    private let destination: String
    private let file: FileDescriptor
    private var hasher = SHA256Hasher()
    /// How many bytes have been fetched.
    private(set) var byteCount = 0
    /// The first of them, four at most.
    private(set) var head: [UInt8] = []

    /// Opens what an earlier run left, or makes an empty file.
    ///
    /// - Throws: `ModelError` of code `unwritable` where that cannot be, or another process is
    ///   fetching the same file.
    static func of(_ destination: String) throws -> PartFile {
        let path = destination + ".part"
        var part = PartFile(path: path, destination: destination, file: try open(path))
        try part.claim()
        try part.readAll()
        return part
    }

    private init(path: String, destination: String, file: consuming FileDescriptor) {
        self.path = path
        self.destination = destination
        self.file = file
    }

    private static func open(_ path: String) throws -> FileDescriptor {
        do throws(SystemFailure) {
            // Without O_NONBLOCK, opening a pipe could wait for ever.
            return try FileDescriptor(
                opening: path, O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK, permissions: 0o666)
        } catch {
            throw unwritable(path, error)
        }
    }

    private static func unwritable(_ path: String, _ failure: SystemFailure) -> ModelError {
        ModelError(.unwritable, "\(path): not written: \(failure.message)")
    }

    /// Two that append to one file would spoil it, and neither would notice.
    private func claim() throws {
        let isRegular: Bool
        let isOurs: Bool
        do throws(SystemFailure) {
            isRegular = try file.size() != nil
            isOurs = try file.lock()
        } catch {
            throw Self.unwritable(path, error)
        }
        guard isRegular else {
            throw ModelError(.unwritable, "\(path): not written: expected a regular file")
        }
        guard isOurs else {
            throw ModelError(.unwritable, "\(path): another process is fetching this file")
        }
    }

    private mutating func readAll() throws {
        do throws(SystemFailure) {
            while case let chunk = try file.bytes(upTo: Self.chunkSize), !chunk.isEmpty {
                take(chunk)
            }
        } catch {
            throw Self.unwritable(path, error)
        }
    }

    private mutating func take(_ bytes: [UInt8]) {
        hasher.update(bytes)
        head += bytes.prefix(4 - head.count)
        byteCount += bytes.count
    }

    /// SHA-256 of all bytes so far, in hexadecimal.
    var sha256: String { hasher.hexadecimal }

    /// Adds the next bytes.
    ///
    /// - Throws: `ModelError` of code `unwritable`; what came before stays.
    mutating func append(_ bytes: [UInt8]) throws {
        do throws(SystemFailure) { try file.append(bytes) } catch {
            throw ModelError(
                .unwritable,
                "\(path): not written: \(error.message). What was fetched is kept there; the same "
                    + "command goes on from it")
        }
        take(bytes)
    }

    /// Begins again with nothing.
    mutating func restart() throws {
        do throws(SystemFailure) { try file.truncate() } catch {
            throw Self.unwritable(path, error)
        }
        (hasher, byteCount, head) = (SHA256Hasher(), 0, [])
    }

    /// Puts the file in its place, and returns when it is on the disk.
    func publish() throws {
        let folder = (destination as NSString).deletingLastPathComponent
        do throws(SystemFailure) {
            try file.synchronize()
            guard rename(path, destination) == 0 else { throw SystemFailure("rename") }
            try FileDescriptor(opening: folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY)
                .synchronize()
        } catch {
            throw Self.unwritable(destination, error)
        }
    }

    /// Takes the file away where it holds nothing.
    func removeIfEmpty() {
        if byteCount == 0 { unlink(path) }
    }
}
