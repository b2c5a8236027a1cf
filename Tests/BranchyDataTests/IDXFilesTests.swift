import BranchyCompute
import BranchyData
import TestSupport
import Testing

struct IDXFilesTests {
    /// Images of 1x1 whose pixels count up, and their labels.
    private static func pair(_ count: Int, classes: Int = 3) -> [[UInt8]] {
        [
            SampleBytes.idx([UInt32(count), 1, 1], (0..<count).map { UInt8($0) }),
            SampleBytes.idx([UInt32(count)], (0..<count).map { UInt8($0 % classes) }),
        ]
    }

    private func load(_ files: [[UInt8]]) throws -> (train: ImageDataset, test: ImageDataset) {
        try withTemporaryFolder { folder in
            let paths = try files.enumerated().map { try write($1, to: "\($0)", in: folder) }
            return try IDXFiles.load(from: paths, name: "idx:mine")
        }
    }

    private func failure(_ files: [[UInt8]]) -> DatasetError? {
        datasetError { _ = try load(files) }
    }

    @Test func readsFourFiles() throws {
        let (train, test) = try load(
            Self.pair(6) + Self.pair(4, classes: 4).map { SampleBytes.gzip($0) })
        #expect(train.name == "idx:mine" && !train.namesClasses)
        // The test part has the larger label.
        #expect(train.classNames == ["0", "1", "2", "3"])
        #expect(train.classNames == test.classNames)
        #expect(try train.labels == [0, 1, 2, 0, 1, 2] && test.bytes == [0, 1, 2, 3])
    }

    @Test func cutsTwoFilesInTheSameWayEveryTime() throws {
        let parts = try (0..<2).map { _ in try load(Self.pair(200)) }
        #expect(parts[0].train.checksum == parts[1].train.checksum)
        #expect(parts[0].test.checksum == parts[1].test.checksum)
        let (train, test) = parts[0]
        #expect((train.count, test.count) == (170, 30))
        #expect(try (train.bytes + test.bytes).sorted() == Array(0..<200))
        #expect(try test.bytes.prefix(4) == [2, 11, 15, 24])
        for part in [train, test] {
            #expect(try zip(part.bytes, part.labels).allSatisfy { Int($0) % 3 == Int($1) })
        }
    }

    @Test(arguments: [(2, 1), (6, 1), (7, 1), (13, 1), (14, 2), (100, 15), (999, 149)])
    func keepsAShareForTheTest(count: Int, test: Int) {
        #expect(IDXFiles.testCount(of: count) == test)
    }

    @Test func refusesWhatDoesNotBelongTogether() {
        #expect(failure(Self.pair(1))?.message.contains("expected 2 or more; found 1") == true)
        #expect(failure(Self.pair(0))?.code == .invalidDataset)
        #expect(failure(Self.pair(2) + Self.pair(3).dropLast())?.code == .invalidConfiguration)
        let other = [SampleBytes.idx([1, 2, 2], [1, 2, 3, 4]), SampleBytes.idx([1], [0])]
        #expect(
            failure(Self.pair(2) + other)?.message.contains(
                "has images of another size; expected 1x1x1") == true)
        let exchanged = failure(Self.pair(2).reversed())
        #expect(exchanged?.message.contains("Were two files exchanged?") == true)
        let fewer = failure([Self.pair(3)[0], Self.pair(2)[1]])
        #expect(fewer?.message.contains("expected 3 labels, one for each image; found 2") == true)
    }

    @Test func refusesMoreThanItMayHold() throws {
        try withTemporaryFolder { folder in
            let paths = try Self.pair(20).enumerated().map {
                try write($1, to: "\($0)", in: folder)
            }
            let error = datasetError {
                _ = try IDXFiles.load(from: paths, name: "a", maximumByteCount: 35)
            }
            #expect(error?.code == .limitExceeded)
            _ = try IDXFiles.load(from: paths, name: "a", maximumByteCount: 36)
        }
    }
}
