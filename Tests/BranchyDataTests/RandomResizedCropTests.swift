import BranchyCompute
import BranchyData
import BranchyNet
import Testing

struct RandomResizedCropTests {
    /// Four quarters of one brightness each.
    private func quarters() throws -> ImageDataset {
        let side = 16
        let pixels = (0..<side * side).map { place -> UInt8 in
            let (row, column) = (place / side, place % side)
            return UInt8((row < side / 2 ? 0 : 2) + (column < side / 2 ? 0 : 1)) * 60
        }
        return try ImageDataset(
            name: "quarters", imageShape: [1, side, side], classNames: ["a"], pixels: pixels,
            labels: [0])
    }

    private func loaded(_ crops: RandomResizedCrop, epoch: Int) throws -> [Float] {
        let loader = try BatchLoader(
            quarters(), preprocessing: Preprocessing(scale: [1], offset: [0]),
            augmentation: Augmentation(maximumShift: 0, crops: crops, seed: 3))
        var floats = [Float](repeating: 0, count: 256)
        var span = floats.mutableSpan
        try loader.loadImages([0], epoch: epoch, into: &span)
        return floats
    }

    @Test func wholeImagesStayWhatTheyAre() throws {
        let crops = try RandomResizedCrop(areas: 1...1, ratios: 1...1)
        #expect(try loaded(crops, epoch: 0).map { UInt8($0) } == Array(quarters().pixels(at: 0)))
    }

    /// A part of a quarter of the area has other means in other epochs, and the same in the same one.
    @Test func partsDifferFromEpochToEpoch() throws {
        let crops = try RandomResizedCrop(areas: 0.2...0.3)
        let images = try (0..<30).map { try loaded(crops, epoch: $0) }
        #expect(Set(images).count > 20)
        #expect(try loaded(crops, epoch: 4) == images[4])
        #expect(images.allSatisfy { $0.allSatisfy { (0...180).contains($0) } })
    }

    @Test(arguments: [(0.0, 1.0), (0.5, 1.5)])
    func refusesAreasThatAreNone(low: Double, high: Double) {
        #expect(throws: DatasetError.self) { try RandomResizedCrop(areas: low...high) }
    }
}
