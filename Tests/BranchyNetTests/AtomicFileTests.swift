import BranchyNet
import Foundation
import Testing

/// A folder that is removed at the end.
private final class Folder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        path = url.path(percentEncoded: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func content() throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: path))
    }
}

private func failure(_ body: () throws -> Void) -> ModelError? {
    #expect(throws: ModelError.self, performing: body)
}

struct AtomicFileWritingTests {
    @Test(arguments: [0, 1, 4096, 1_000_000])
    func makesAndReplacesAFile(size: Int) throws {
        let folder = try Folder()
        let file = folder.file("a")
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        try AtomicFile.write([1, 2, 3], to: file)
        try AtomicFile.write(bytes, to: file)
        #expect(try AtomicFile.read(file, limit: size) == bytes)
        #expect(try folder.content() == ["a"])
    }

    @Test func takesTheLongestNameOfAFile() throws {
        let folder = try Folder()
        try AtomicFile.write([1], to: folder.file(String(repeating: "n", count: 255)))
        let failure = failure {
            try AtomicFile.write([1], to: folder.file(String(repeating: "n", count: 256)))
        }
        #expect(failure?.code == .unwritable)
        #expect(try folder.content().count == 1)
    }

    /// Neither the link nor what it points to becomes another file.
    @Test(arguments: ["a", "none", "link"])
    func refusesALink(target: String) throws {
        let folder = try Folder()
        try AtomicFile.write([1], to: folder.file("a"))
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link"), withDestinationPath: target)
        let failure = failure { try AtomicFile.write([2], to: folder.file("link")) }
        #expect(failure?.code == .unwritable)
        #expect(failure?.message.hasSuffix("expected a regular file or none, found a link") == true)
        #expect(try AtomicFile.read(folder.file("a"), limit: 1) == [1])
        #expect(try folder.content() == ["a", "link"])
    }

    @Test func refusesAPipe() throws {
        let folder = try Folder()
        #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
        let failure = failure { try AtomicFile.write([2], to: folder.file("pipe")) }
        #expect(failure?.message.hasSuffix("found a pipe") == true)
        var status = stat()
        #expect(lstat(folder.file("pipe"), &status) == 0)
        #expect(status.st_mode & S_IFMT == S_IFIFO)
    }

    @Test(arguments: [0o600, 0o644, 0o755, 0o4755] as [mode_t])
    func keepsPermissions(mode: mode_t) throws {
        let folder = try Folder()
        let file = folder.file("a")
        try AtomicFile.write([1], to: file)
        #expect(chmod(file, mode) == 0)
        try AtomicFile.write([2], to: file)
        var status = stat()
        #expect(lstat(file, &status) == 0)
        #expect(status.st_mode & 0o7777 == mode)
    }

    @Test func leavesAnotherNameOfTheFile() throws {
        let folder = try Folder()
        try AtomicFile.write([1], to: folder.file("a"))
        #expect(link(folder.file("a"), folder.file("b")) == 0)
        try AtomicFile.write([2], to: folder.file("a"))
        #expect(try AtomicFile.read(folder.file("b"), limit: 1) == [1])
    }

    @Test func refusesAFolderThatIsNotThere() throws {
        let folder = try Folder()
        let file = folder.file("none/a")
        let failure = failure { try AtomicFile.write([1], to: file) }
        #expect(failure?.code == .unwritable)
        #expect(failure?.message == "\(file): not written: open: No such file or directory")
        #expect(try folder.content().isEmpty)
    }

    @Test func refusesAPathBelowAFileAndLeavesTheFile() throws {
        let folder = try Folder()
        try AtomicFile.write([1], to: folder.file("a"))
        let failure = failure { try AtomicFile.write([2], to: folder.file("a/b")) }
        #expect(failure?.code == .unwritable)
        #expect(try AtomicFile.read(folder.file("a"), limit: 1) == [1])
    }

    @Test(arguments: ["a", "a/", ""])
    func refusesAFolderAndLeavesNoTemporaryFile(name: String) throws {
        let folder = try Folder()
        let inner = folder.file("a")
        try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
        let failure = failure { try AtomicFile.write([1], to: folder.file(name)) }
        #expect(failure?.code == .unwritable)
        #expect(try folder.content() == ["a"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: inner).isEmpty)
    }

    @Test func refusesAZeroInAPath() throws {
        let folder = try Folder()
        let failure = failure { try AtomicFile.write([1], to: folder.file("a\0b")) }
        #expect(failure?.code == .unwritable)
        #expect(try folder.content().isEmpty)
    }

    #if os(Linux)
    /// The largest size of a file, as a process can set it for itself, ends a write half way, like a
    /// full disk.
    @Test func leavesTheOldFileWhenThereIsNoRoom() async {
        await #expect(processExitsWith: .success) {
            let folder = try Folder()
            let file = folder.file("a")
            try AtomicFile.write([1, 2, 3], to: file)
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
            #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
            let bytes = [UInt8](repeating: 9, count: 4097)
            let failure = failure { try AtomicFile.write(bytes, to: file) }
            #expect(failure?.message == "\(file): not written: write: File too large")
            #expect(try folder.content() == ["a"])
            #expect(try AtomicFile.read(file, limit: 3) == [1, 2, 3])
            try AtomicFile.write([UInt8](bytes.dropLast()), to: file)
            #expect(try AtomicFile.read(file, limit: 4096).count == 4096)
        }
    }
    #endif
}

struct AtomicFileReadingTests {
    @Test func readsUpToTheLimit() throws {
        let folder = try Folder()
        let file = folder.file("a")
        try AtomicFile.write([1, 2, 3], to: file)
        #expect(try AtomicFile.read(file, limit: 3) == [1, 2, 3])
        let failure = failure { _ = try AtomicFile.read(file, limit: 2) }
        #expect(failure?.code == .unreadable)
        #expect(failure?.message == "\(file): not read: expected at most 2 bytes, found 3")
    }

    @Test func readsWhatIsSmallerThanSomeMemoryToItsStart() throws {
        let folder = try Folder()
        let file = folder.file("a")
        try AtomicFile.write([1, 2, 3], to: file)
        var memory = [UInt8](repeating: 9, count: 4)
        #expect(AtomicFile.read(file, into: &memory) == 3)
        #expect(memory == [1, 2, 3, 9])
        try AtomicFile.write([1, 2, 3, 4], to: file)
        #expect(AtomicFile.read(file, into: &memory) == nil)
        #expect(AtomicFile.read(folder.file("none"), into: &memory) == nil)
        #expect(AtomicFile.read(folder.file("."), into: &memory) == nil)
    }

    @Test(arguments: ["none", "none/a", "file/a"])
    func refusesAMissingFile(name: String) throws {
        let folder = try Folder()
        try AtomicFile.write([], to: folder.file("file"))
        let failure = failure { _ = try AtomicFile.read(folder.file(name), limit: 10) }
        #expect(failure?.code == .missingFile)
        #expect(failure?.message.hasPrefix(folder.file(name) + ": not read: open: ") == true)
    }

    @Test func refusesWhatIsNotARegularFile() throws {
        let folder = try Folder()
        #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
        for path in [folder.path, folder.file("pipe"), "/dev/zero"] {
            let failure = failure { _ = try AtomicFile.read(path, limit: 10) }
            #expect(failure?.code == .unreadable)
            #expect(failure?.message == "\(path): not read: expected a regular file")
        }
    }

    @Test func refusesAZeroInAPath() throws {
        let folder = try Folder()
        try AtomicFile.write([1], to: folder.file("a"))
        let failure = failure { _ = try AtomicFile.read(folder.file("a\0b"), limit: 10) }
        #expect(failure?.code == .unreadable)
    }
}
