import BranchyChecksum
import BranchyData
import Foundation
import TestSupport
import Testing

/// Files of two images each. Those of Python are made by `Fixtures/make-pickles.py`.
struct CIFAR100Tests {
    private static func record(_ coarse: UInt8, _ fine: UInt8, _ number: UInt8) -> [UInt8] {
        [coarse, fine] + (0..<3).flatMap { [UInt8](repeating: number + $0, count: 1024) }
    }

    private static let train = record(11, 19, 32) + record(15, 29, 48)
    private static let test = record(0, 99, 7) + record(19, 0, 9)

    private func files(
        _ classes: CIFAR100.Classes, at path: String, isArchive: Bool = false,
        _ version: CIFARVersion = .binary100.shrunk(to: 2)
    ) -> CIFARFiles {
        CIFARFiles(
            path: path, isArchive: isArchive, version: version, labelling: .hundred(classes))
    }

    @Test func readsEitherLabel() throws {
        try withTemporaryFolder { folder in
            try write(Self.train, to: "train.bin", in: folder)
            try write(Self.test, to: "test.bin", in: folder)
            let fine = try files(.fine, at: folder).read(name: "cifar100")
            let coarse = try files(.coarse, at: folder).read(name: "cifar100-coarse")
            #expect(!files(.fine, at: folder).isVerified)
            let names = { (labels: [UInt16], names: [String]) in labels.map { names[Int($0)] } }
            #expect(Set(names(fine.train.labels, fine.train.classNames)) == ["cattle", "dinosaur"])
            #expect(Set(names(fine.test.labels, fine.test.classNames)) == ["worm", "apple"])
            #expect(
                Set(names(coarse.train.labels, coarse.train.classNames))
                    == ["large_omnivores_and_herbivores", "reptiles"])
            #expect(try fine.train.bytes == coarse.train.bytes)
            let first = try #require(fine.train.labels.firstIndex(of: 19))
            #expect(
                try fine.train.pixels(at: first).elementsEqual(Self.record(0, 0, 32).dropFirst(2)))
        }
    }

    @Test func readsTheArchiveOfEitherVersionToTheSameImages() throws {
        let binary = SampleBytes.gzip(
            SampleArchive.tar([
                "cifar-100-binary/train.bin": Self.train, "cifar-100-binary/test.bin": Self.train,
                "cifar-100-binary/fine_label_names.txt": Array("apple\n".utf8),
            ]))
        let pickle = try PickleFileTests.fixture("cifar100")
        let python = SampleArchive.tar([
            "cifar-100-python/file.txt~": [], "cifar-100-python/train": pickle,
            "cifar-100-python/test": pickle, "cifar-100-python/meta": [0x80, 2],
        ])
        try withTemporaryFolder { folder in
            let parts = try [(binary, CIFARVersion.binary100), (python, .python100)].map {
                bytes, version in
                let version = version.shrunk(
                    to: 2, archiveChecksum: SampleBytes.sha256(bytes))
                return try files(
                    .fine, at: write(bytes, to: "a", in: folder), isArchive: true, version
                ).read(name: "cifar100")
            }
            #expect(parts[0].train.checksum == parts[1].train.checksum)
            #expect(parts[0].test.checksum == parts[1].test.checksum)
            #expect(parts[0].train.count == 2)
        }
    }

    @Test func knowsPythonsFilesByTheirMD5() throws {
        let pickle = try PickleFileTests.fixture("cifar100")
        let checksum = Checksum.md5(pickle)
        try withTemporaryFolder { folder in
            try write(pickle, to: "train", in: folder)
            try write(pickle, to: "test", in: folder)
            let version = CIFARVersion.python100.shrunk(
                to: 2, md5: ["train": checksum, "test": checksum])
            #expect(files(.coarse, at: folder, version).isVerified)
            let parts = try files(.coarse, at: folder, version).read(name: "cifar100-coarse")
            #expect(Set(parts.train.labels) == [11, 15])
            let error = datasetError {
                _ = try files(.coarse, at: folder, .python100.shrunk(to: 2)).read(name: "a")
            }
            #expect(error?.code == .checksumMismatch)
            #expect(
                error?.message
                    == "\(folder)/train: is not the published file; expected MD5 "
                    + "16019d7e3df5f24257cddd939b257f8d; found \(checksum). Move it away; "
                    + "`branchynet datasets fetch` fetches the published one")
        }
    }

    @Test func refusesAnotherArchiveAndALinkInIt() throws {
        try withTemporaryFolder { folder in
            let bytes = SampleArchive.tar([
                .init(name: "cifar-100-python/train", type: "2", link: "/etc/passwd")
            ])
            let path = try write(bytes, to: "cifar100/cifar-100-python.tar.gz", in: folder)
            let other = datasetError { _ = try CIFAR100.load(.fine, from: folder) }
            #expect(other?.message.hasPrefix("\(path): is not the published archive;") == true)
            let version = CIFARVersion.python100.shrunk(
                to: 2, archiveChecksum: SampleBytes.sha256(bytes))
            let link = datasetError {
                _ = try files(.fine, at: path, isArchive: true, version).read(name: "a")
            }
            #expect(
                link?.message.hasPrefix(
                    "\(path): cifar-100-python/train: is a link or a device;") == true)
        }
    }

    @Test(arguments: [(0, UInt8(20), "0 to 19"), (3074 + 1, 100, "0 to 99")])
    func refusesLabelsOutOfRange(place: Int, label: UInt8, range: String) throws {
        var bytes = Self.train
        bytes[place] = label
        try withTemporaryFolder { folder in
            try write(bytes, to: "train.bin", in: folder)
            try write(Self.test, to: "test.bin", in: folder)
            let error = datasetError { _ = try files(.fine, at: folder).read(name: "a") }
            #expect(
                error?.message
                    == "\(folder)/train.bin: record \(place / 3074), at byte \(place), has a label "
                    + "out of range; expected \(range); found \(label)")
        }
    }

    @Test func refusesPicklesOfOtherSizesAndLabels() throws {
        let pickle = try PickleFileTests.fixture("cifar100")
        try withTemporaryFolder { folder in
            try write(pickle, to: "train", in: folder)
            try write(pickle, to: "test", in: folder)
            let checksums = ["train": Checksum.md5(pickle), "test": Checksum.md5(pickle)]
            let longer = datasetError {
                _ = try files(.fine, at: folder, .python100.shrunk(to: 3, md5: checksums))
                    .read(name: "a")
            }
            #expect(
                longer?.message.contains(
                    "'fine_labels' has another length; expected 3 labels; "
                        + "found 2") == true)
            // Where 19 stands as a fine label (K 19), 100 is put.
            let place = try #require(
                pickle.indices.first { pickle[$0...].starts(with: [0x4B, 19, 0x4B, 29]) })
            var bytes = pickle
            bytes[place + 1] = 100
            try write(bytes, to: "train", in: folder)
            let label = datasetError {
                _ = try files(
                    .fine, at: folder,
                    .python100.shrunk(to: 2, md5: ["train": Checksum.md5(bytes)])
                ).read(name: "a")
            }
            #expect(
                label?.message == "\(folder)/train: image 0 has a label out of range; expected 0 "
                    + "to 99; found 100")
        }
    }

    @Test func listsWhereItLooked() throws {
        try withTemporaryFolder { folder in
            for classes in CIFAR100.Classes.allCases {
                let error = datasetError { _ = try CIFAR100.load(classes, from: folder) }
                #expect(error?.code == .fileNotFound)
                for place in [
                    "cifar100/cifar-100-binary.tar.gz", "cifar-100-python.tar.gz",
                    "cifar-100-python/train", "cifar100/cifar-100-binary/train.bin",
                ] {
                    #expect(error?.message.contains("\(folder)/\(place)") == true)
                }
                #expect(error?.message.contains("fetch \(classes.rawValue) --data-dir") == true)
            }
        }
    }
}

/// CIFAR-10 where there are only Python's files.
struct CIFAR10PythonTests {
    @Test func findsPythonsFilesLast() throws {
        let pickle = try PickleFileTests.fixture("cifar10")
        try withTemporaryFolder { folder in
            try write(pickle, to: "cifar-10-batches-py/data_batch_1", in: folder)
            #expect(KnownDataset.cifar10.presence(in: folder) == .unverified)
            let error = datasetError { _ = try CIFAR10.load(.published, from: folder) }
            #expect(
                error?.message.hasPrefix(
                    "\(folder)/cifar-10-batches-py/data_batch_1: is not the published file; "
                        + "expected MD5 c99cafc152244af753f735de768cd75f") == true)
            // Not for the copy, which nobody publishes.
            #expect(KnownDataset.cifar10JPEG.presence(in: folder) == .absent)
            try write([], to: "cifar-10-batches-bin/data_batch_1.bin", in: folder)
            let binary = datasetError { _ = try CIFAR10.load(.published, from: folder) }
            #expect(binary?.message.contains("data_batch_1.bin: is not a file of CIFAR-10") == true)
        }
    }

    @Test func readsLabelsAndPlanes() throws {
        let pickle = try PickleFileTests.fixture("cifar10")
        let names = (1...5).map { "data_batch_\($0)" } + ["test_batch"]
        let checksums = Dictionary(uniqueKeysWithValues: names.map { ($0, Checksum.md5(pickle)) })
        try withTemporaryFolder { folder in
            for name in names { try write(pickle, to: name, in: folder) }
            let files = CIFARFiles(
                path: folder, isArchive: false, version: .python10.shrunk(to: 2, md5: checksums),
                labelling: .ten)
            let (train, test) = try CIFAR10Source(.files(files)).read(as: .published)
            #expect(train.name == "cifar10")
            #expect((train.count, test.count) == (10, 2))
            let frog = try #require(test.labels.firstIndex(of: 6))
            #expect(
                try test.pixels(at: frog).elementsEqual(
                    [0, 1, 2].flatMap { [UInt8](repeating: $0, count: 1024) }))
        }
    }
}
