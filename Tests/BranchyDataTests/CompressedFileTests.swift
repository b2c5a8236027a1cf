import BranchyCompute
import BranchyData
import Foundation
import TestSupport
import Testing

struct CompressedFileTests {
    private let plain = SampleBytes.idx([2, 1, 3], [1, 2, 3, 4, 5, 6])

    /// gzip of an IDX file of 262,136 labels of 0, 262,144 bytes with its header: in Python
    /// `base64.b64encode(gzip.compress(bytes([0, 0, 8, 1, 0, 3, 255, 248]) + bytes(262136), 9,
    /// mtime=0))`. The end of a much larger bomb looks the same.
    private let bomb =
        "H4sIAAAAAAACA+3BoREAMAgEsOdq2H9aHDWMkSTpytsJ" + String(repeating: "A", count: 337)
        + "MD5qP/T0QAABAA="

    private func read(
        _ bytes: [UInt8], as name: String, maximumByteCount: Int = 1 << 20
    ) throws -> IDXFile {
        try withTemporaryFolder { folder in
            try IDXFile(
                path: write(bytes, to: name, in: folder), maximumByteCount: maximumByteCount)
        }
    }

    @Test(arguments: ["images", "images.gz"])
    func contentsTellCompressionAndNamesDoNot(name: String) throws {
        #expect(try read(plain, as: name).bytes == [1, 2, 3, 4, 5, 6])
        #expect(try read(SampleBytes.gzip(plain), as: name).bytes == [1, 2, 3, 4, 5, 6])
    }

    @Test func readsImagesOfWhateverOrigin() throws {
        try withTemporaryFolder { folder in
            let path = try write(SampleBytes.gzip(plain), to: "mine.gz", in: folder)
            var images = try IDXImageReader(path)
            #expect(images.imageShape == [1, 1, 3])
            let pixels = [try images.next(1), try images.next(2), try images.next(3)]
            #expect(pixels == [[1, 2, 3], [4, 5, 6], []])
        }
    }

    @Test func capsWhatIsUnpacked() throws {
        for contents in [plain, SampleBytes.gzip(plain)] {
            let count = plain.count
            #expect(try read(contents, as: "a", maximumByteCount: count).bytes.count == 6)
            let error = datasetError {
                _ = try read(contents, as: "a", maximumByteCount: count - 1)
            }
            #expect(error?.code == .limitExceeded)
        }
    }

    @Test func refusesABomb() throws {
        let bytes = Array(try #require(Data(base64Encoded: bomb)))
        #expect(bytes.count == 296)
        let small = datasetError { _ = try read(bytes, as: "a", maximumByteCount: 262_143) }
        #expect(small?.code == .limitExceeded)
        #expect(
            try read(bytes, as: "a", maximumByteCount: 262_144).bytes
                == [UInt8](repeating: 0, count: 262_136))
    }

    /// What was unpacked is what it is: otherwise a kilobyte could hold a gigabyte twice over.
    @Test func unpacksOnce() {
        let error = datasetError {
            _ = try read(SampleBytes.gzip(SampleBytes.gzip(plain)), as: "a.gz.gz")
        }
        #expect(error?.message.contains("is not an IDX file; expected 0000") == true)
        #expect(error?.message.contains("found 1f8b0800") == true)
    }

    @Test func readsNoFurtherThanItIsAskedFor() throws {
        let pixels = [UInt8](repeating: 7, count: 200_000)
        let bytes = SampleBytes.idx([200, 1, 1000], pixels)
        // Streams one after the other are one; the last is cut.
        let damaged = stride(from: 0, to: bytes.count, by: 60_000).flatMap {
            SampleBytes.gzip(Array(bytes[$0..<min($0 + 60_000, bytes.count)]))
        }.dropLast(20)
        try withTemporaryFolder { folder in
            var images = try IDXImageReader(write(Array(damaged), to: "a.gz", in: folder))
            let first = [try images.next(0), try images.next(1)]
            #expect(first == [[], Array(pixels[..<1000])])
            let error = datasetError {
                while try !images.next(1).isEmpty {}
            }
            #expect(error?.code == .unreadableFile)
        }
    }

    @Test func countsWhatACompressedFileHolds() throws {
        for (bytes, problem) in [
            (plain.dropLast(2), "is truncated; expected 2x1x3 = 6 bytes of data; found 4."),
            (
                plain + [0],
                "has bytes after its data; expected 2x1x3 = 6 bytes of data; found more."
            ),
        ] {
            for maximumCount in [1, 2, 3] {
                try withTemporaryFolder { folder in
                    let path = try write(SampleBytes.gzip(Array(bytes)), to: "a.gz", in: folder)
                    let error = datasetError {
                        var images = try IDXImageReader(path)
                        while try !images.next(maximumCount).isEmpty {}
                    }
                    #expect(error?.message.hasPrefix("\(path): \(problem)") == true)
                }
            }
        }
    }

    @Test func refusesAPlainFileOfAnotherLengthBeforeItIsRead() throws {
        for bytes in [Array(plain.dropLast()), plain + [0], SampleBytes.idx([0, 1, 3], [1])] {
            try withTemporaryFolder { folder in
                let path = try write(bytes, to: "a", in: folder)
                let error = datasetError { _ = try IDXImageReader(path) }
                #expect(error?.code == .malformedFile)
            }
        }
    }

    @Test func refusesEmptyFiles() {
        let plain = datasetError { _ = try read([], as: "a") }
        let compressed = datasetError { _ = try read(SampleBytes.gzip([]), as: "a.gz") }
        #expect(plain?.code == .malformedFile)
        #expect(compressed?.code == .malformedFile)
    }

    @Test func refusesEveryTruncation() {
        let compressed = SampleBytes.gzip(plain)
        // The last 8 bytes are the checksum and the size, which are not compared.
        for count in 0..<compressed.count - 8 {
            let error = datasetError { _ = try read(Array(compressed[..<count]), as: "a.gz") }
            #expect(error != nil, "\(count) bytes")
        }
    }

    @Test func survivesEveryBitFlip() {
        forEachBitFlip(of: SampleBytes.gzip(plain)) { flipped in
            do {
                _ = try read(flipped, as: "a.gz")
            } catch {
                #expect(error is DatasetError)
            }
        }
    }

    @Test func saysWhichFileIsDamaged() throws {
        var compressed = SampleBytes.gzip(plain)
        compressed[13] ^= 0xFF
        let error = datasetError { _ = try read(compressed, as: "damaged.gz") }
        #expect(error?.code == .unreadableFile)
        #expect(error?.message.contains("damaged.gz: cannot be read") == true)
    }

    @Test func refusesWhatIsNotAFile() throws {
        try withTemporaryFolder { folder in
            let isFolder = datasetError { _ = try IDXFile(path: folder) }
            let isMissing = datasetError { _ = try IDXFile(path: folder + "/none") }
            #expect(isFolder?.code == .unreadableFile)
            #expect(isMissing?.code == .fileNotFound)
        }
    }

    @Test func imagesAndLabelsHaveToBelongTogether() throws {
        try withTemporaryFolder { folder in
            let images = try write(plain, to: "images", in: folder)
            let labels = try write(SampleBytes.idx([2], [1, 0]), to: "labels", in: folder)
            let more = try write(SampleBytes.idx([3], [1, 0, 1]), to: "more", in: folder)
            let names = ["a", "b"]
            let dataset = try ImageDataset(
                name: "own", classNames: names, imagesAt: images, labelsAt: labels)
            #expect(dataset.count == 2)
            let uneven = datasetError {
                _ = try ImageDataset(
                    name: "own", classNames: names, imagesAt: images, labelsAt: more)
            }
            #expect(uneven?.code == .invalidDataset)
            let exchanged = datasetError {
                _ = try ImageDataset(
                    name: "own", classNames: names, imagesAt: labels, labelsAt: images)
            }
            #expect(exchanged?.message.contains("exchanged") == true)
        }
    }
}
