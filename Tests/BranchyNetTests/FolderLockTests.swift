import BranchyNet
import Foundation
import Testing

/// A folder has one writer, and nobody takes over what that is writing.
struct FolderLockTests {
    private static let lockName = ".branchynet.lock"

    private func refusal(of folder: String) -> ModelError? {
        #expect(throws: ModelError.self) { try FolderLock(folder).whileHeld {} }
    }

    @Test func asksForNothingButAFolder() throws {
        let sample = try ModelFolderSample()
        try FolderLock(sample.path).whileHeld {
            let names = try sample.names()
            #expect(names == [Self.lockName])
        }
        #expect(try sample.names().isEmpty)
    }

    @Test func tellsTheSecondWhoTheFirstIs() throws {
        let sample = try ModelFolderSample()
        try FolderLock(sample.path).whileHeld {
            let failure = refusal(of: sample.path)
            #expect(failure?.code == .busy)
            let message = failure?.message ?? ""
            #expect(message.hasPrefix("\(sample.path): another process writes here: process "))
            #expect(message.contains("process \(getpid()), \""))
            #expect(message.contains(", since \"20"))
            let names = try sample.names()
            #expect(names == [Self.lockName])
        }
        try FolderLock(sample.path).whileHeld {}
    }

    /// What a terminal would take for a command must not reach it from a file.
    @Test(arguments: [
        "", "{", #"{"process": "all"}"#, #"{"command": "\u001b[2J", "host": "\u0007"}"#,
        String(repeating: "x", count: 1 << 18),
    ])
    func tellsNothingOfAHolderThatDoesNotSay(content: String) throws {
        let sample = try ModelFolderSample()
        try FolderLock(sample.path).whileHeld {
            try Data(content.utf8).write(to: URL(fileURLWithPath: sample.file(Self.lockName)))
            let message = refusal(of: sample.path)?.message ?? ""
            #expect(message.hasPrefix("\(sample.path): another process writes here"))
            #expect(message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
            #expect(message.utf8.count < 2_000)
        }
    }

    @Test func theFileOfADeadProcessLocksNobodyOut() throws {
        let sample = try ModelFolderSample()
        try AtomicFile.write(Array(#"{"process": 1}"#.utf8), to: sample.file(Self.lockName))
        try FolderLock(sample.path).whileHeld {
            #expect(refusal(of: sample.path)?.message.contains("process \(getpid()),") == true)
        }
        #expect(try sample.names().isEmpty)
    }

    /// Whoever took the file away, the lock of who made another is not removed with it.
    @Test func leavesAnothersFile() throws {
        let sample = try ModelFolderSample()
        let file = sample.file(Self.lockName)
        try FolderLock(sample.path).whileHeld {
            try FileManager.default.removeItem(atPath: file)
            try AtomicFile.write([1], to: file)
        }
        #expect(try sample.bytes(Self.lockName) == [1])
    }

    @Test func refusesALinkInPlaceOfItsFile() throws {
        let sample = try ModelFolderSample()
        try AtomicFile.write([1, 2], to: sample.file("a"))
        try FileManager.default.createSymbolicLink(
            atPath: sample.file(Self.lockName), withDestinationPath: "a")
        #expect(refusal(of: sample.path)?.code == .unwritable)
        #expect(try sample.bytes("a") == [1, 2])
    }

    @Test func removesTheFoldersThatItMadeInVain() throws {
        let sample = try ModelFolderSample()
        try FolderLock(sample.file("a/b")).whileHeld {
            let names = try sample.names()
            #expect(names == ["a"])
        }
        #expect(try sample.names().isEmpty)
        try FolderLock(sample.file("a/b")).whileHeld {
            try AtomicFile.write([1], to: sample.file("a/b/file"))
        }
        #expect(try sample.bytes("a/b/file") == [1])
    }

    @Test func leavesAnEmptyFolderThatWasThere() throws {
        let sample = try ModelFolderSample()
        try FileManager.default.createDirectory(
            atPath: sample.file("a"), withIntermediateDirectories: false)
        try FolderLock(sample.file("a")).whileHeld {}
        #expect(try sample.names() == ["a"])
    }

    @Test(arguments: ["file", "file/a", "file/a/b"])
    func refusesAPathThatCannotBeAFolder(name: String) throws {
        let sample = try ModelFolderSample()
        try AtomicFile.write([1], to: sample.file("file"))
        let failure = refusal(of: sample.file(name))
        #expect(failure?.code == .unwritable)
        #expect(failure?.message.contains("cannot make the folder: ") == true)
        #expect(try sample.names() == ["file"])
    }

    @Test func removesWhatKilledWritersLeft() throws {
        let sample = try ModelFolderSample()
        try leaveBehind([".branchynet-1a.tmp", ".other.tmp", "branchynet.tmp"], in: sample)
        try FolderLock(sample.path).whileHeld {
            let names = try sample.names()
            #expect(names == [Self.lockName, ".other.tmp", "branchynet.tmp"])
        }
    }

    /// A report, or a table, is written to a folder that nobody locks.
    @Test func removesWhatKilledWritersLeftBesideAnyFile() throws {
        let sample = try ModelFolderSample()
        try leaveBehind([".branchynet-1a.tmp", ".other.tmp", "branchynet.tmp"], in: sample)
        try AtomicFile.write([1], to: sample.file("report.html"))
        #expect(try sample.names() == [".other.tmp", "branchynet.tmp", "report.html"])
    }

    private func leaveBehind(_ names: [String], in sample: ModelFolderSample) throws {
        for name in names {
            _ = try FileDescriptor(
                opening: sample.file(name), O_WRONLY | O_CREAT, permissions: 0o600)
        }
    }

    /// A file that a process writes without the folder's lock, such as a report, is locked itself.
    @Test func leavesWhatIsBeingWritten() throws {
        let sample = try ModelFolderSample()
        let name = ".branchynet-1a.tmp"
        let file = try FileDescriptor(
            opening: sample.file(name), O_WRONLY | O_CREAT, permissions: 0o600)
        #expect(try file.lock())
        try FolderLock(sample.path).whileHeld {
            let names = try sample.names()
            #expect(names == [Self.lockName, name])
        }
        try file.append([1])
    }

    /// One of many gets it, and all of them where they take turns.
    @Test func isHeldByOneAtATime() async throws {
        let sample = try ModelFolderSample()
        let path = sample.path
        let counter = sample.file("counter")
        try AtomicFile.write([0], to: counter)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<10 {
                        while true {
                            do {
                                try FolderLock(path).whileHeld {
                                    let count = try AtomicFile.read(counter, limit: 1)[0]
                                    try AtomicFile.write([count + 1], to: counter)
                                }
                                break
                            } catch let error as ModelError where error.code == .busy {
                                await Task.yield()
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try AtomicFile.read(counter, limit: 1) == [40])
        #expect(try sample.names() == ["counter"])
    }
}
