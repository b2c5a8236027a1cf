import BranchyData
import Foundation
import TestSupport
import Testing

/// Folders that hold what nobody expects in a folder of images.
struct FolderWalkTests {
    private static func image(_ first: UInt8) -> [UInt8] {
        SampleBytes.png([first, 2], width: 2, height: 1, channels: 1)
    }

    /// A folder of two images in one class, and what was put into it besides.
    private func failure(_ spoil: (String) throws -> Void) throws -> String? {
        try withTemporaryFolder { folder in
            try write(Self.image(1), to: "train/cat/1.png", in: folder)
            try write(Self.image(3), to: "test/cat/1.png", in: folder)
            try spoil(folder)
            return datasetError {
                _ = try ImageFolder.load(from: folder, name: "a")
            }?.message.replacing(folder, with: "FOLDER")
        }
    }

    /// A path that ends in bytes which are no UTF-8; `nil` where the file system has none such.
    private func path(_ start: String, _ bytes: [UInt8], isFolder: Bool) -> [CChar]? {
        let path = (Array(start.utf8) + bytes + [0]).map { CChar(bitPattern: $0) }
        if isFolder { return mkdir(path, 0o777) == 0 ? path : nil }
        let file = open(path, O_WRONLY | O_CREAT, 0o666)
        guard file >= 0 else { return nil }
        close(file)
        return path
    }

    @Test func refusesClassesWhoseNamesAreNoText() throws {
        let message = try failure { folder in
            _ = path(folder + "/train/caf", [0xE9], isFolder: true)
        }
        #if os(Linux)
        #expect(
            message == #"""
                FOLDER/train/caf\xe9: has a name that cannot be read; expected names in UTF-8; \#
                found caf\xe9. Rename it
                """#)
        #endif
    }

    @Test func refusesImagesWhoseNamesAreNoText() throws {
        let message = try failure { folder in
            _ = path(folder + "/train/cat/", [0xFF] + Array(".png".utf8), isFolder: false)
        }
        #if os(Linux)
        #expect(
            message?.hasPrefix(#"FOLDER/train/cat/\xff.png: has a name that cannot be read"#)
                == true)
        #endif
    }

    @Test func passesOverOtherFilesWhoseNamesAreNoText() throws {
        let message = try failure { folder in
            _ = path(folder + "/train/cat/", [0xFF] + Array(".txt".utf8), isFolder: false)
        }
        #expect(message == nil)
    }

    @Test func refusesAPipeForAnImage() throws {
        let message = try failure { folder in mkfifo(folder + "/train/cat/2.png", 0o666) }
        #expect(message?.contains("train/cat/2.png") == true, "\(message ?? "none")")
        #expect(message?.contains("expected a regular file") == true, "\(message ?? "none")")
    }

    @Test func refusesADeviceForAnImage() throws {
        let message = try failure { folder in symlink("/dev/zero", folder + "/train/cat/2.png") }
        #expect(message?.contains("train/cat/2.png") == true, "\(message ?? "none")")
        #expect(message?.contains("expected a regular file") == true, "\(message ?? "none")")
    }

    @Test func refusesLinksThatLeadNowhere() throws {
        let message = try failure { folder in symlink("none", folder + "/train/cat/2.png") }
        #expect(message?.contains("train/cat/2.png is not there") == true, "\(message ?? "none")")
    }

    /// A link to a folder that it lies in is passed over.
    @Test(arguments: [".", ".."]) func endsInACircle(target: String) throws {
        let message = try failure { folder in symlink(target, folder + "/train/loop") }
        #expect(message == nil)
    }

    /// Nine folders that link to each other lead to more than a million places.
    @Test func foldersThatLinkToEachOtherHaveAnEnd() throws {
        try withTemporaryFolder { folder in
            for number in 0..<9 {
                try write(Self.image(UInt8(number)), to: "\(number)/1.png", in: folder)
                for other in 0..<9 where other != number {
                    symlink("../\(other)", folder + "/\(number)/to\(other)")
                }
            }
            let survey = try ImageFolderSurvey(of: folder)
            #expect(survey.images.count == 9 * (1 + 8 * (1 + 7 * (1 + 6))))
            #expect(
                survey.passedOver.contains { $0.reason == "behind more than 3 links to folders" })
        }
    }

    @Test func refusesFoldersThatCannotBeListed() throws {
        let message = try failure { folder in
            try FileManager.default.removeItem(atPath: folder)
            symlink("/dev/zero", folder)
        }
        #expect(message?.hasPrefix("FOLDER: cannot be read;") == true)
    }

    @Test func classesMayHaveNamesThatNoTerminalTakes() throws {
        try withTemporaryFolder { folder in
            let names = ["a\u{1B}[2J", "b\nc", "d\u{202E}e", "f\u{9B}g"]
            for (index, name) in names.enumerated() {
                for split in ["train", "test"] {
                    try FileManager.default.createDirectory(
                        atPath: "\(folder)/\(split)/\(name)", withIntermediateDirectories: true)
                    let number = UInt8(2 * index + (split == "train" ? 0 : 1))
                    try Data(Self.image(number)).write(
                        to: URL(fileURLWithPath: "\(folder)/\(split)/\(name)/1.png"))
                }
            }
            let parts = try ImageFolder.load(from: folder, name: "a")
            #expect(parts.train.classNames == names)
        }
    }
}
