import BranchyCompute
import BranchyData
import Foundation
import TestSupport
import Testing

struct PublishedIDXTests {
    private static let names = [
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ]

    private static func contents(_ index: Int) -> [UInt8] {
        index.isMultiple(of: 2)
            ? SampleBytes.idx([2, 1, 2], [1, 2, 3, UInt8(index)]) : SampleBytes.idx([2], [0, 1])
    }

    /// Four files as they are published.
    private static let published = PublishedIDX(
        labelling: IDXLabelling(name: "sample", classNames: ["no", "yes"]),
        files: names.enumerated().map { index, name in
            let bytes = SampleBytes.gzip(contents(index))
            return PublishedFile(
                name: name + ".gz", byteCount: bytes.count, md5: "",
                sha256: SampleBytes.sha256(bytes), folders: ["sample", "Sample/raw"])
        })

    private func load(
        writing files: [(name: String, bytes: [UInt8])], in place: String
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        try withTemporaryFolder { folder in
            for file in files { try write(file.bytes, to: "\(place)/\(file.name)", in: folder) }
            return try Self.published.load(from: folder)
        }
    }

    @Test(arguments: ["sample", "Sample/raw"]) func readsPublishedFiles(place: String) throws {
        let files = Self.names.enumerated().map {
            ("\($1).gz", SampleBytes.gzip(Self.contents($0)))
        }
        let (train, test) = try load(writing: files, in: place)
        #expect(train.name == "sample" && train.classNames == ["no", "yes"] && train.namesClasses)
        #expect(try train.bytes == [1, 2, 3, 0] && test.bytes == [1, 2, 3, 2])
        #expect(test.labels == [0, 1])
    }

    @Test func saysThatUnpackedFilesAreUnverified() throws {
        let files = Self.names.enumerated().map { index, name in
            index == 3
                ? (name, Self.contents(index))
                : ("\(name).gz", SampleBytes.gzip(Self.contents(index)))
        }
        let (train, test) = try load(writing: files, in: "sample")
        #expect(train.name == "sample (unverified)" && test.name == "sample (unverified)")
    }

    @Test func refusesOtherFilesAndLacksNone() throws {
        var files = Self.names.enumerated().map {
            ("\($1).gz", SampleBytes.gzip(Self.contents($0)))
        }
        files[1].1 = SampleBytes.gzip(SampleBytes.idx([2], [1, 0]))
        let other = datasetError { _ = try load(writing: files, in: "sample") }
        #expect(other?.code == .checksumMismatch)
        #expect(other?.message.contains("is not the published train-labels-idx1-ubyte.gz") == true)
        let missing = datasetError { _ = try load(writing: [files[0]], in: "sample") }
        #expect(missing?.code == .fileNotFound)
        #expect(missing?.message.contains("train-labels-idx1-ubyte of sample is not there") == true)
    }

    @Test(arguments: [
        (KnownDataset.fashionMNIST, "FashionMNIST/raw", "fashion-mnist"),
        (KnownDataset.kmnist, "KMNIST/raw", "kmnist"),
    ])
    func findsTorchvisionsFolders(dataset: KnownDataset, place: String, own: String) throws {
        try withTemporaryFolder { folder in
            #expect(dataset.presence(in: folder) == .absent)
            // MNIST's files have the same names: only folders tell them apart.
            try write([1], to: Self.names[0] + ".gz", in: folder)
            #expect(dataset.presence(in: folder) == .absent)
            for (index, name) in Self.names.enumerated() {
                try write(Self.contents(index), to: "\(place)/\(name)", in: folder)
            }
            #expect(dataset.presence(in: folder) == .unverified)
            let (train, _) = try dataset.load(from: folder)
            #expect(train.name == "\(own) (unverified)")
            #expect(train.classNames == dataset.classNames)
            try write([1], to: "\(own)/\(Self.names[0]).gz", in: folder)
            #expect(dataset.presence(in: folder) == .different)
        }
    }
}
