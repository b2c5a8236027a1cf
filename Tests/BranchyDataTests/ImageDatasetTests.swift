import BranchyCompute
import BranchyData
import Testing

struct ImageDatasetTests {
    private func dataset(
        shape: Shape = [1, 1, 2], classes: [String] = ["a", "b"], pixels: [UInt8] = [1, 2, 3, 4],
        labels: [UInt8] = [0, 1]
    ) throws -> ImageDataset {
        try ImageDataset(
            name: "hand", imageShape: shape, classNames: classes, pixels: pixels, labels: labels)
    }

    @Test func givesEachImageItsPixelsAndLabel() throws {
        let dataset = try dataset()
        #expect(dataset.count == 2)
        #expect(Array(try dataset.pixels(at: 1)) == [3, 4])
        #expect(dataset.label(at: 1) == 1)
    }

    // hashlib.sha256(bytes([1, 2, 3, 4, 0])).hexdigest()
    @Test func checksumCoversPixelsThenLabels() throws {
        let dataset = try dataset(shape: [1, 2, 2], labels: [0])
        #expect(
            dataset.checksum
                == "36bc5cd4af3917246fa191d0633a587f1bdc9ec17f1df5e9e2cc87dfaf13d6dd")
    }

    @Test func mayBeEmpty() throws {
        let dataset = try dataset(pixels: [], labels: [])
        #expect(dataset.count == 0)
        #expect(try dataset.prefix(3).count == 0)
    }

    @Test(
        arguments: [
            ([1, 2], [1, 2, 3, 4], [0, 1]),  // not channels x height x width
            ([1, 0, 2], [], []),  // images without pixels
            ([1, 1, 2], [1, 2, 3], [0, 1]),  // a pixel too few
            ([1, 1, 2], [1, 2, 3, 4, 5], [0, 1]),  // a pixel too many
            ([1, 1, 2], [1, 2, 3, 4], [0]),  // an image without label
            ([1, 1, 2], [1, 2, 3, 4], [0, 2]),  // a label without class
        ] as [([Int], [UInt8], [UInt8])])
    func refusesPartsThatDoNotFit(shape: [Int], pixels: [UInt8], labels: [UInt8]) {
        let error = datasetError {
            _ = try dataset(shape: Shape(shape), pixels: pixels, labels: labels)
        }
        #expect(error?.code == .invalidDataset)
    }

    @Test(arguments: [(0, false), (2, true), (257, true), (65_536, true), (65_537, false)])
    func hasAsManyClassesAsLabelsCanName(count: Int, isAccepted: Bool) {
        let names = (0..<count).map(String.init)
        let error = datasetError { _ = try dataset(classes: names) }
        #expect((error == nil) == isAccepted)
    }

    @Test func subsetKeepsTheOrderOfItsIndices() throws {
        let subset = try dataset().subset([1, 0, 1])
        #expect(try (0..<3).flatMap { try subset.pixels(at: $0) } == [3, 4, 1, 2, 3, 4])
        #expect(subset.labels == [1, 0, 1])
    }

    @Test(arguments: [-1, 2]) func subsetRefusesStrayIndices(index: Int) {
        let error = datasetError { _ = try dataset().subset([0, index]) }
        #expect(error?.message == "hand: there is no image \(index) among 2 images")
    }

    @Test(arguments: [(-1, 0), (0, 0), (1, 1), (2, 2), (3, 2)])
    func prefixHoldsAtMostAllImages(asked: Int, held: Int) throws {
        #expect(try dataset().prefix(asked).count == held)
    }
}
