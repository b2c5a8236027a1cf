import BranchyData
import Foundation
import TestSupport
import Testing

struct KnownDatasetTests {
    @Test func listsPublishedFilesCompletely() {
        let digits = Set("0123456789abcdef")
        for dataset in KnownDataset.known {
            #expect(dataset.mirrors.allSatisfy { $0.hasPrefix("http") && $0.hasSuffix("/") })
            #expect(dataset.mirrors.first?.hasPrefix("https://") ?? true)
            #expect(dataset.files.isEmpty == dataset.mirrors.isEmpty)
            for file in dataset.files {
                let checksums = [file.sha256, file.contentsSHA256 ?? file.sha256]
                #expect(file.md5.count == 32 && digits.isSuperset(of: file.md5))
                #expect(checksums.allSatisfy { $0.count == 64 && digits.isSuperset(of: $0) })
                #expect(file.byteCount > 0)
                // Data sets that are sorted differently share their files.
                let shared = ["emnist", "cifar100"].first { dataset.name.hasPrefix($0 + "-") }
                #expect(
                    file.destination(in: "data")
                        == "data/\(shared ?? dataset.name)/\(file.name)")
            }
            #expect(Set(dataset.classNames).count == dataset.classNames.count)
        }
        #expect(KnownDataset.mnist.files.count == 4)
        #expect(KnownDataset.mnist.files.reduce(0) { $0 + $1.byteCount } == 11_594_722)
        #expect(Set(KnownDataset.known.map(\.name)).count == KnownDataset.known.count)
    }

    @Test func namesAsManyClassesAsArePublished() {
        let counts = KnownDataset.known.map { ($0.name, $0.classNames.count) }
        let expected = [
            "mnist": 10, "fashion-mnist": 10, "kmnist": 10, "emnist-balanced": 47,
            "emnist-byclass": 62, "emnist-bymerge": 47, "emnist-letters": 26, "emnist-digits": 10,
            "emnist-mnist": 10, "cifar10": 10, "cifar10-jpeg": 10, "cifar100": 100,
            "cifar100-coarse": 20, "digits": 10,
        ]
        #expect(Dictionary(uniqueKeysWithValues: counts) == expected)
        #expect(EMNIST.Sorting.letters.classNames.first == "Aa")
        #expect(
            EMNIST.Sorting.byMerge.classNames[36...] == [
                "a", "b", "d", "e", "f", "g", "h", "n", "q", "r", "t",
            ])
    }

    @Test(arguments: [
        ("mnits", "mnist"), ("MNIST", "mnist"), ("cifar-10", "cifar10"), ("digit", "digits"),
        ("cifar10jpg", "cifar10-jpeg"), ("fashionmnist", "fashion-mnist"),
        ("emnist-leters", "emnist-letters"), ("cifar-100", "cifar100"), ("emnist", "mnist"),
    ])
    func namesTheNearest(name: String, nearest: String) {
        let error = datasetError { _ = try KnownDataset.named(name) }
        #expect(error?.code == .fileNotFound)
        #expect(
            error?.message
                == "there is no data set '\(name)'; the nearest name is \(nearest), known "
                + "are mnist, fashion-mnist, kmnist, emnist-balanced, emnist-byclass, "
                + "emnist-bymerge, emnist-letters, emnist-digits, emnist-mnist, cifar10, "
                + "cifar10-jpeg, cifar100, cifar100-coarse, digits")
    }

    @Test func saysWhatIsThere() throws {
        try withTemporaryFolder { folder in
            #expect(KnownDataset.digits.presence(in: folder) == .always)
            #expect(KnownDataset.mnist.presence(in: folder) == .absent)
            #expect(KnownDataset.cifar10.presence(in: folder + "/none") == .absent)
            try write([1, 2, 3], to: "MNIST/raw/t10k-labels-idx1-ubyte", in: folder)
            #expect(KnownDataset.mnist.presence(in: folder) == .different)
            try write([], to: "cifar-10-batches-bin/data_batch_1.bin", in: folder)
            #expect(KnownDataset.cifar10.presence(in: folder) == .unverified)
            try write([1, 2, 3], to: "cifar-10-binary.tar.gz", in: folder)
            #expect(KnownDataset.cifar10.presence(in: folder) == .different)
            #expect(KnownDataset.cifar10JPEG.presence(in: folder) == .unverified)
        }
    }
}

struct PublishedFileTests {
    /// SHA-256 of the three bytes `abc` (FIPS 180-2, appendix B.1).
    private static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    /// What is published is `abc`, not compressed, so that it can be checked by hand.
    private func file(contents: String?) -> PublishedFile {
        PublishedFile(
            name: "file.gz", byteCount: 3, md5: "", sha256: Self.abc, contentsSHA256: contents,
            folders: ["first", ""])
    }

    private func expect(
        _ file: PublishedFile, toBeRightAt name: String, _ bytes: [UInt8], _ isRight: Bool
    ) throws {
        try withTemporaryFolder { folder in
            try write(bytes, to: name, in: folder)
            switch file.presence(in: folder) {
            case .right(let path):
                #expect(isRight)
                #expect(path == "\(folder)/\(name)")
            case .wrong(let path, let error):
                #expect(!isRight)
                #expect(path == "\(folder)/\(name)")
                #expect(error.code == .checksumMismatch)
                #expect(error.message.hasPrefix("\(path): is not the published file"))
                #expect(error.message.contains("SHA-256 \(Self.abc)"))
            case .absent: Issue.record("\(name) was not found")
            }
        }
    }

    @Test(arguments: ["first/file", "first/file.gz", "file", "file.gz"])
    func knowsContentsUnderEveryName(name: String) throws {
        try expect(file(contents: Self.abc), toBeRightAt: name, Array("abc".utf8), true)
        try expect(file(contents: Self.abc), toBeRightAt: name, Array("abd".utf8), false)
        try expect(file(contents: Self.abc), toBeRightAt: name, [], false)
    }

    @Test(arguments: ["first/file.gz", "file.gz"])
    func knowsAFileAsItIsPublished(name: String) throws {
        try expect(file(contents: nil), toBeRightAt: name, Array("abc".utf8), true)
        try expect(file(contents: nil), toBeRightAt: name, Array("abcd".utf8), false)
    }

    @Test func takesAFolderInItsPlaceForAnotherFile() throws {
        try withTemporaryFolder { folder in
            try write([], to: "first/file.gz/inner", in: folder)
            guard case .wrong(_, let error) = file(contents: nil).presence(in: folder) else {
                Issue.record("a folder was taken for a file")
                return
            }
            #expect(error.code == .unreadableFile)
        }
    }
}
