import BranchyCompute
import BranchyData
import Foundation
import TestSupport
import Testing

/// Files of two records each, so that tests need not write 184 MB.
struct CIFAR10Tests {
    private static let files = (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"]

    /// A record whose planes are a number, the next one, and the one after it.
    private static func record(_ label: UInt8, _ number: UInt8) -> [UInt8] {
        [label] + (0..<3).flatMap { [UInt8](repeating: number + $0, count: 1024) }
    }

    /// Two records in each of the six files; labels and numbers count up.
    private static func contents(ofFile index: Int) -> [UInt8] {
        let number = UInt8(2 * index)
        return record(number % 10, number) + record((number + 1) % 10, number + 1)
    }

    private func withBinaryFolder<Result>(
        changing name: String = "", to bytes: [UInt8] = [], _ body: (String) throws -> Result
    ) throws -> Result {
        try withTemporaryFolder { folder in
            for (index, file) in Self.files.enumerated() {
                try write(
                    file == name ? bytes : Self.contents(ofFile: index), to: file, in: folder)
            }
            return try body(folder)
        }
    }

    private static func archive() -> [UInt8] {
        SampleArchive.tar(
            [.init(name: "cifar-10-batches-bin/", type: "5")]
                + Self.files.enumerated().map { index, file in
                    .init(
                        name: "cifar-10-batches-bin/\(file)", contents: contents(ofFile: index))
                } + [.init(name: "cifar-10-batches-bin/readme.html", contents: Array("hi".utf8))])
    }

    private static func folder(_ path: String) -> CIFAR10Source {
        CIFAR10Source(
            .files(
                CIFARFiles(
                    path: path, isArchive: false, version: .binary10.shrunk(to: 2),
                    labelling: .ten)))
    }

    private static func archive(of bytes: [UInt8], in folder: String) throws -> CIFAR10Source {
        let version = CIFARVersion.binary10
            .shrunk(to: 2, archiveChecksum: SampleBytes.sha256(bytes))
        return CIFAR10Source(
            .files(
                CIFARFiles(
                    path: try write(bytes, to: "a", in: folder), isArchive: true,
                    version: version, labelling: .ten)))
    }

    private func failure(ofFile name: String, _ bytes: [UInt8]) throws -> String? {
        try withBinaryFolder(changing: name, to: bytes) { folder in
            datasetError { _ = try Self.folder(folder).read(as: .published) }?.message
                .replacing(folder, with: "FOLDER")
        }
    }

    @Test func readsLabelsAndPlanes() throws {
        let (train, test) = try withBinaryFolder {
            try Self.folder($0).read(as: .published)
        }
        #expect(train.name == "cifar10 (unverified)")
        #expect(train.imageShape == [3, 32, 32])
        #expect(train.classNames == CIFAR10.classNames)
        #expect((train.count, test.count) == (10, 2))
        for index in 0..<train.count {
            let number = UInt8(train.label(at: index))
            #expect(try train.pixels(at: index).elementsEqual(Self.record(0, number).dropFirst()))
        }
        #expect(Set(test.labels) == [0, 1])
    }

    @Test(arguments: [false, true]) func everyLayoutGivesTheSameImages(isCompressed: Bool) throws {
        let folder = try withBinaryFolder {
            try Self.folder($0).read(as: .published)
        }
        let bytes = isCompressed ? SampleBytes.gzip(Self.archive()) : Self.archive()
        let archive = try withTemporaryFolder {
            try Self.archive(of: bytes, in: $0).read(as: .published)
        }
        #expect(archive.train.name == "cifar10")
        #expect(archive.train.checksum == folder.train.checksum)
        #expect(archive.test.checksum == folder.test.checksum)
    }

    @Test func refusesAnotherArchive() throws {
        let error = try withTemporaryFolder { folder in
            let path = try write(Self.archive(), to: "cifar-10-binary.tar.gz", in: folder)
            return datasetError { _ = try CIFAR10.load(.published, from: folder) }?.message
                .replacing(path, with: "FILE")
        }
        #expect(
            error?.hasPrefix("FILE: is not the published archive; expected SHA-256 c4a3") == true)
    }

    @Test func refusesAnArchiveThatLacksAFile() throws {
        let bytes = SampleArchive.tar(["test_batch.bin": Self.contents(ofFile: 5)])
        let error = try withTemporaryFolder { folder in
            let source = try Self.archive(of: bytes, in: folder)
            return datasetError { _ = try source.read(as: .published) }
        }
        #expect(error?.message.contains("expected data_batch_1.bin") == true)
    }

    @Test func refusesRecordsOfTheWrongLength() throws {
        let whole = Self.contents(ofFile: 2)
        let short = try failure(ofFile: "data_batch_3.bin", whole.dropLast(10))
        #expect(
            short == """
                FOLDER/data_batch_3.bin: is not a file of CIFAR-10 records; expected 2 records of \
                3073 bytes, 6146 in all; found 1 records and 3063 bytes, 6136 in all. The file is \
                not complete or another one: fetch it again
                """)
        let long = try failure(ofFile: "test_batch.bin", whole + [0])
        #expect(long?.contains("6146 in all; found more") == true)
        let empty = try failure(ofFile: "test_batch.bin", [])
        #expect(empty?.contains("found 0 records and 0 bytes, 0 in all") == true)
    }

    @Test func refusesLabelsOutOfRange() throws {
        var bytes = Self.contents(ofFile: 4)
        bytes[3073] = 10
        let error = try failure(ofFile: "data_batch_5.bin", bytes)
        #expect(
            error == """
                FOLDER/data_batch_5.bin: record 1, at byte 3073, has a label out of range; expected \
                0 to 9; found 10
                """)
    }

    @Test func saysWhichFileIsMissing() throws {
        try withBinaryFolder { folder in
            try FileManager.default.removeItem(atPath: folder + "/data_batch_4.bin")
            let error = datasetError { _ = try Self.folder(folder).read(as: .published) }
            #expect(error?.message == "\(folder)/data_batch_4.bin: there is no such file")
        }
    }

    @Test func listsWhereItLooked() throws {
        try withTemporaryFolder { folder in
            for (edition, archive) in [
                (CIFAR10.Edition.published, "cifar-10-binary.tar.gz"),
                (.jpegCopy, "cifar10-jpeg.tar.gz"),
            ] {
                let error = datasetError { _ = try CIFAR10.load(edition, from: folder) }
                #expect(error?.code == .fileNotFound)
                for place in [
                    archive, "\(edition.rawValue)/\(archive)", "data_batch_1.bin",
                    "cifar-10-batches-bin/data_batch_1.bin",
                ] {
                    #expect(error?.message.contains("\(folder)/\(place)") == true)
                }
            }
        }
    }

    private static let dataFolder = ProcessInfo.processInfo.environment["BRANCHYNET_DATA_DIR"]
    private static let hasJPEGCopy =
        dataFolder.map { FileManager.default.fileExists(atPath: $0 + "/cifar10-jpeg") } ?? false

    @Test(.enabled(if: hasJPEGCopy, "BRANCHYNET_DATA_DIR has no folder cifar10-jpeg"))
    func readsTheJPEGCopyAndDoesNotTakeItForThePublishedImages() throws {
        let folder = try #require(Self.dataFolder)
        let (train, test) = try CIFAR10.load(.jpegCopy, from: folder)
        #expect(train.name == "cifar10-jpeg")
        #expect((train.count, test.count) == (50_000, 10_000))
        for label in 0..<10 as Range<UInt8> {
            #expect(train.labels.count { $0 == label } == 5_000)
            #expect(test.labels.count { $0 == label } == 1_000)
        }
        // The first images are a sample of all classes.
        #expect(Set(test.labels.prefix(100)).count == 10)
        let error = datasetError {
            try CIFAR10Identity(of: .published).check(train, test, from: folder)
        }
        #expect(error?.code == .checksumMismatch)
    }
}

/// Which images stand under which name.
struct CIFAR10IdentityTests {
    private func images(_ labels: [UInt8]) throws -> ImageDataset {
        try ImageDataset(
            name: "a", imageShape: [1, 1, 1], classNames: ["a", "b"],
            pixels: [UInt8](repeating: 1, count: labels.count), labels: labels)
    }

    @Test func tellsTheJPEGCopyFromOtherImages() throws {
        let (train, test) = (try images([0, 1]), try images([1, 0, 0, 1]))
        let copy = ["train": train.checksum, "test": test.checksum]
        try CIFAR10Identity(of: .jpegCopy, jpegChecksums: copy).check(train, test, from: "f")
        let asPublished = datasetError {
            try CIFAR10Identity(of: .published, jpegChecksums: copy).check(train, test, from: "f")
        }
        #expect(
            asPublished?.message.contains("The name of that data set is 'cifar10-jpeg'") == true)
        let exchanged = datasetError {
            try CIFAR10Identity(of: .jpegCopy, jpegChecksums: copy).check(train, train, from: "f")
        }
        #expect(exchanged?.message.contains("f: does not hold the test images") == true)
        #expect(exchanged?.message.contains("their name is 'cifar10'") == true)
    }

    @Test func publishedImagesAreAsManyOfEachClass() throws {
        let identity = CIFAR10Identity(of: .published)
        try identity.check(images([0, 1]), images([1, 0]), from: "f")
        let error = datasetError {
            try identity.check(images([0, 1]), images([1, 0, 1]), from: "f")
        }
        #expect(
            error?.message == """
                f: does not hold the published test images; expected as many images of each class; \
                found 1, 2
                """)
    }
}
