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

/// The right to write to a folder, which one has at a time. Who only reads needs none.
///
/// It is a lock that the system keeps (`flock`) on a hidden file in the folder. It ends with its
/// owner or with its process, however that ends, and is not handed on to a program that the process
/// starts. The file names the holder to those who are refused, and is removed at the end; one that a
/// killed process left locks nobody out.
package struct FolderLock: ~Copyable {
    private static let fileName = ".branchynet.lock"
    /// Each time another process ended between two of our steps; more in a row are no accident.
    private static let attempts = 100

    private let path: String
    private let file: FileDescriptor
    private let madeFolders: [String]

    /// Whether a name in a folder is that of its lock.
    package static func isLock(_ name: String) -> Bool { name == fileName }

    /// Takes the lock at once, making the folder where there is none, and removes what killed
    /// writers left there.
    ///
    /// - Throws: ``ModelError`` of code `busy` where another has it, with who that is; `unwritable`
    ///   where the folder cannot be made or written, or its file system has no locks.
    package init(_ folder: String) throws {
        let path = folder + "/" + Self.fileName
        for _ in 0..<Self.attempts {
            let made = try OutputFolder.make(folder)
            do {
                if let file = try Self.lockedFile(at: path, in: folder) {
                    self.path = path
                    self.file = file
                    madeFolders = made
                    TemporaryFile.removeLeftovers(in: folder)
                    return
                }
            } catch {
                OutputFolder.removeIfEmpty(made)
                throw error
            }
        }
        throw ModelError(.busy, "\(folder): other processes write here without a pause")
    }

    deinit {
        // While it is still held: the next one makes a file of its own, and nobody loses it.
        if file.isFile(at: path) { unlink(path) }
        OutputFolder.removeIfEmpty(madeFolders)
    }

    /// Runs something that nobody else may write beside.
    package func whileHeld<Result>(_ body: () throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body() }
    }

    /// The lock's file; `nil` where it went, or its folder, while this was asked for it.
    private static func lockedFile(
        at path: String, in folder: String
    ) throws -> FileDescriptor? {
        do {
            let file = try FileDescriptor(
                opening: path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, permissions: 0o666)
            guard try file.lock() else { throw Holder(of: file).refusal(of: folder) }
            guard file.isFile(at: path) else { return nil }
            try file.truncate()
            try file.append(Holder.current.bytes)
            return file
        } catch let error as SystemFailure {
            if error.number == ENOENT, access(folder, F_OK) != 0 { return nil }
            throw failure(path, error)
        }
    }

    private static func failure(_ path: String, _ failure: SystemFailure) -> ModelError {
        let advice =
            failure.call == "flock"
            ? "; its file system has no locks, without which nothing would keep two writers apart: "
                + "choose a folder on another one" : ""
        return ModelError(.unwritable, "\(path): not written: \(failure.message)\(advice)")
    }
}

extension FolderLock {
    /// Who has the lock, as its file says.
    private struct Holder: Codable {
        private static let largestFile = 1 << 16

        var process: Int32?
        var host: String?
        var command: String?
        var since: String?

        /// This process.
        static var current: Holder {
            let words = CommandLine.arguments.enumerated().map { index, word in
                index == 0 ? String(word.split(separator: "/").last ?? "") : word
            }
            return Holder(
                process: getpid(), host: hostName,
                command: String(words.joined(separator: " ").prefix(1_000)),
                since: Date.now.ISO8601Format())
        }

        private static var hostName: String? {
            var bytes = [CChar](repeating: 0, count: 256)
            // The last byte stays zero, which the system does not promise.
            guard gethostname(&bytes, bytes.count - 1) == 0 else { return nil }
            let name = bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
            return String(decoding: name, as: UTF8.self)
        }

        private init(process: Int32, host: String?, command: String, since: String) {
            (self.process, self.host) = (process, host)
            (self.command, self.since) = (command, since)
        }

        /// Where the holder has not written yet who it is, nothing is known of it.
        init(of file: borrowing FileDescriptor) {
            let bytes = (try? file.bytes(upTo: Self.largestFile)) ?? []
            let known = try? JSONDecoder().decode(Self.self, from: Data(bytes))
            (process, host) = (known?.process, known?.host)
            (command, since) = (known?.command, known?.since)
        }

        var bytes: [UInt8] {
            ((try? JSONEncoder.branchyNet.encode(self)).map(Array.init) ?? []) + Array("\n".utf8)
        }

        func refusal(of folder: String) -> ModelError {
            let place = host.flatMap { $0 == Self.hostName ? nil : " on \($0.quoted)" } ?? ""
            let facts = [
                process.map { "process \($0)\(place)" }, command.map { $0.quoted },
                since.map { "since \($0.quoted)" },
            ].compactMap(\.self).joined(separator: ", ")
            return ModelError(
                .busy,
                "\(folder): another process writes here\(facts.isEmpty ? "" : ": \(facts)"). Nothing "
                    + "was changed; wait until it has ended, or choose another folder")
        }
    }
}
