import BranchyCompute
import BranchyData
import Foundation
import TestSupport
import Testing

/// Two images of 2 by 3 pixels in each part.
struct EMNISTTests {
    private static let names = [
        "train-images-idx3", "train-labels-idx1", "test-images-idx3", "test-labels-idx1",
    ]
    private static let images = SampleBytes.idx([2, 2, 3], Array(0..<12))

    private static func contents(_ index: Int, labels: [UInt8] = [1, 26]) -> [UInt8] {
        index.isMultiple(of: 2) ? images : SampleBytes.idx([2], labels)
    }

    private static func members(
        of sorting: EMNIST.Sorting, labels: [UInt8] = [1, 26]
    ) -> [SampleZip.Member] {
        [.init(name: "gzip/emnist-letters-mapping.txt", contents: Array("1 65 97\n".utf8))]
            + names.enumerated().map { index, name in
                .init(
                    name: "gzip/emnist-\(sorting.rawValue)-\(name)-ubyte.gz",
                    contents: SampleBytes.gzip(contents(index, labels: labels)))
            }
    }

    private func load(
        _ sorting: EMNIST.Sorting, _ members: [SampleZip.Member], cut: Int = 0
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        let bytes = Array(SampleZip.zip(members).dropLast(cut))
        return try withTemporaryFolder { folder in
            try write(bytes, to: "emnist/gzip.zip", in: folder)
            let archive = PublishedFile(
                name: "gzip.zip", byteCount: bytes.count, md5: "",
                sha256: SampleBytes.sha256(bytes), folders: ["emnist"])
            return try EMNISTFiles(sorting, archive: archive).load(from: folder)
        }
    }

    private func failure(_ members: [SampleZip.Member], cut: Int = 0) -> DatasetError? {
        datasetError { _ = try load(.letters, members, cut: cut) }
    }

    @Test func turnsImagesUprightAndCountsLettersFromZero() throws {
        let (train, test) = try load(.letters, Self.members(of: .letters))
        #expect(train.name == "emnist-letters")
        #expect(train.imageShape == [1, 3, 2])
        #expect(try train.bytes == [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11])
        #expect(train.labels == [0, 25])
        #expect(train.classNames[25] == "Zz")
        #expect(try test.bytes == train.bytes)
    }

    @Test(arguments: [
        (EMNIST.Sorting.balanced, UInt8(46), "t"), (.byMerge, 46, "t"), (.byClass, 61, "z"),
        (.byClass, 36, "a"), (.byClass, 35, "Z"), (.digits, 9, "9"), (.mnist, 0, "0"),
    ])
    func namesCharacters(sorting: EMNIST.Sorting, label: UInt8, name: String) throws {
        let (train, _) = try load(
            sorting, Self.members(of: sorting, labels: [label, label]))
        #expect(train.labels.map { Int($0) } == [Int(label), Int(label)])
        #expect(train.classNames[Int(label)] == name)
    }

    @Test(arguments: [
        (EMNIST.Sorting.letters, UInt8(0), "1 to 26"), (.letters, 27, "1 to 26"),
        (.balanced, 47, "0 to 46"), (.byClass, 62, "0 to 61"), (.digits, 10, "0 to 9"),
    ])
    func refusesLabelsOutOfRange(sorting: EMNIST.Sorting, label: UInt8, range: String) {
        let error = datasetError {
            _ = try load(sorting, Self.members(of: sorting, labels: [1, label]))
        }
        #expect(error?.code == .malformedFile)
        #expect(
            error?.message.hasSuffix(
                "label 1 is out of range; expected \(range); found \(label)") == true)
    }

    @Test func readsUnpackedFilesAndSaysThatTheyAreUnverified() throws {
        for (place, ending) in [("emnist/gzip/", ".gz"), ("EMNIST/raw/", ""), ("", ".gz")] {
            try withTemporaryFolder { folder in
                for (index, name) in Self.names.enumerated() {
                    let bytes = Self.contents(index)
                    try write(
                        ending.isEmpty ? bytes : SampleBytes.gzip(bytes),
                        to: "\(place)emnist-letters-\(name)-ubyte\(ending)", in: folder)
                }
                let (train, _) = try EMNIST.load(.letters, from: folder)
                #expect(train.name == "emnist-letters (unverified)")
                #expect(train.labels == [0, 25])
                #expect(KnownDataset.emnist(.letters).presence(in: folder) == .unverified)
                #expect(KnownDataset.emnist(.digits).presence(in: folder) == .absent)
            }
        }
    }

    @Test func refusesAnotherArchive() throws {
        try withTemporaryFolder { folder in
            let path = try write([0x50, 0x4B], to: "EMNIST/raw/gzip.zip", in: folder)
            let error = datasetError { _ = try EMNIST.load(.digits, from: folder) }
            #expect(
                error?.message.hasPrefix(
                    "\(path): is not the published gzip.zip; expected SHA-256 fb9bb67e") == true)
            #expect(KnownDataset.emnist(.mnist).presence(in: folder) == .different)
        }
    }

    @Test func refusesArchivesThatAreNotWhole() throws {
        let members = Self.members(of: .letters)
        #expect(
            failure(Array(members.dropLast()))?.message.hasSuffix(
                "is not the archive of EMNIST; expected gzip/emnist-letters-test-labels-idx1-ubyte.gz; "
                    + "found none of that name") == true)
        #expect(failure(members, cut: 30)?.code == .unreadableFile)
        var damaged = members
        damaged[1].contents.removeLast(20)
        #expect(failure(damaged) != nil)
        damaged[1].contents = Self.images
        #expect(failure(damaged)?.message.contains("is not compressed with gzip") == true)
        damaged[1].contents = SampleBytes.gzip([1, 2, 3, 4])
        #expect(failure(damaged)?.message.contains("is not an IDX file") == true)
        damaged[1].contents = SampleBytes.gzip(SampleBytes.idx([3, 2, 3], Array(0..<18)))
        #expect(failure(damaged)?.message.contains("expected 3 labels, one for each image") == true)
    }

    @Test func refusesAnArchiveWithALink() {
        let link = SampleZip.Member(
            name: "gzip/mapping", contents: Array("/etc/passwd".utf8), mode: 0o120777)
        let error = failure([link] + Self.members(of: .letters))
        #expect(error?.code == .malformedFile)
        #expect(error?.message.contains("gzip/mapping: is a link or a device") == true)
    }

    @Test func listsWhereItLooked() throws {
        try withTemporaryFolder { folder in
            let error = datasetError { _ = try EMNIST.load(.byMerge, from: folder) }
            #expect(error?.code == .fileNotFound)
            for place in [
                "emnist/gzip.zip", "EMNIST/raw/gzip.zip",
                "EMNIST/raw/emnist-bymerge-train-images-idx3-ubyte",
            ] {
                #expect(error?.message.contains("\(folder)/\(place)") == true)
            }
            #expect(error?.message.contains("fetch emnist-bymerge --data-dir") == true)
        }
    }
}
