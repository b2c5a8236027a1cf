import BranchyData
import Compute
import Foundation
import Testing

struct CompressedFileTests {
    private let plain = SampleBytes.idx([2, 1, 3], [1, 2, 3, 4, 5, 6])

    /// gzip of 262,144 zeros: `base64.b64encode(gzip.compress(bytes(262144), 9, mtime=0))` in
    /// Python. The end of a much larger bomb looks the same.
    private let bomb =
        "H4sIAAAAAAACA+3BMQEAAADCoPVP7W0Ho" + String(repeating: "A", count: 339)
        + "3gAi6g7iAAAEAA=="

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
            let images = try IDXFile.images(at: path)
            #expect(images.imageShape == [1, 1, 3])
            #expect(images.pixels == [1, 2, 3, 4, 5, 6])
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
        #expect(bytes.count == 289)
        let small = datasetError { _ = try read(bytes, as: "a", maximumByteCount: 262_143) }
        #expect(small?.code == .limitExceeded)
        let large = datasetError { _ = try read(bytes, as: "a", maximumByteCount: 262_144) }
        #expect(large?.code == .malformedFile)
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
