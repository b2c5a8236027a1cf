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

/// A file without a name of its own yet, removed at the end of its life unless it got one.
///
/// While it is written it is locked, by which it is told from the leftover of a process that was
/// killed.
struct TemporaryFile: ~Copyable {
    private static let prefix = ".branchynet-"
    private static let suffix = ".tmp"

    private let path: String
    private let file: FileDescriptor

    /// Makes an empty file in a folder.
    init(in folder: String) throws(SystemFailure) {
        while true {
            let name = String(UInt64.random(in: .min ... .max), radix: 16)
            let path = "\(folder)/\(Self.prefix)\(name)\(Self.suffix)"
            let file = try FileDescriptor(
                opening: path, O_RDWR | O_CREAT | O_EXCL, permissions: 0o666)
            // Between the two calls somebody who clears up could have taken it for a leftover. Where
            // a file system has no locks, nobody clears up either, because that needs one.
            let isOurs = (try? file.lock()) ?? true
            if isOurs, file.isFile(at: path) {
                self.path = path
                self.file = file
                return
            }
        }
    }

    // Once it has another name, there is none of this one.
    deinit { unlink(path) }

    /// Writes behind what was written before.
    func append(_ bytes: [UInt8]) throws(SystemFailure) { try file.append(bytes) }

    /// Takes the place of another file once its content is on the disk, with the permissions of that
    /// file and, where the system lets it, its owner.
    func replace(_ place: String, like old: stat?) throws(SystemFailure) {
        try file.synchronize()
        if let old { try file.takeOver(old) }
        guard rename(path, place) == 0 else { throw SystemFailure("rename") }
    }

    /// Removes what killed processes left in a folder, and nothing that is being written.
    ///
    /// A leftover only takes room, so one that cannot be removed stops nobody.
    static func removeLeftovers(in folder: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
            let path = folder + "/" + name
            let flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
            guard let file = try? FileDescriptor(opening: path, flags) else { continue }
            if (try? file.lock()) == true { unlink(path) }
        }
    }
}
