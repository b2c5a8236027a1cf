import BranchyCompute
import BranchyData
import BranchyNet
import TestSupport
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

    /// Images of 8x8 pixels of an epoch, of files of 60x40 whose brightness rises evenly.
    private func slopes(in folder: String, cropShape: Shape?, epoch: Int) throws -> [Float] {
        var request = ImageFolder.Request()
        (request.shape, request.geometry) = ([1, 8, 8], ImageGeometry())
        request.cropShape = cropShape
        let data = try ImageFolder.load(ImageFolderSurvey(of: folder), name: "slopes", request)
            .train
        let loader = try BatchLoader(
            data, preprocessing: Preprocessing(scale: [1], offset: [0]),
            augmentation: Augmentation(
                maximumShift: 0, crops: RandomResizedCrop(areas: 0.2...1), seed: 3))
        var floats = [Float](repeating: 0, count: data.count * 64)
        var span = floats.mutableSpan
        try loader.loadImages(ArraySlice(0..<data.count), epoch: epoch, into: &span)
        return floats
    }

    /// Parts of a smaller picture are the same parts, but for half of one of its 16 columns and rows,
    /// over which brightness rises by 60 / 16 / 2 * 3 + 40 / 16 / 2 < 7; and one for rounding.
    @Test func partsOfSmallerPicturesAreTheSameParts() throws {
        try withTemporaryFolder { folder in
            for number in 0..<8 {
                let pixels = (0..<60 * 40).map { UInt8(min($0 % 60 * 3 + $0 / 60 + number, 255)) }
                try write(
                    SampleBytes.png(pixels, width: 60, height: 40, channels: 1),
                    to: "\(number % 2 == 0 ? "a" : "b")/\(number).png", in: folder)
            }
            for epoch in 0..<10 {
                let exact = try slopes(in: folder, cropShape: nil, epoch: epoch)
                let smaller = try slopes(in: folder, cropShape: [1, 16, 16], epoch: epoch)
                #expect(zip(exact, smaller).allSatisfy { abs($0 - $1) <= 8 })
                #expect(exact != smaller)
            }
        }
    }

    @Test(arguments: [(0.0, 1.0), (0.5, 1.5)])
    func refusesAreasThatAreNone(low: Double, high: Double) {
        #expect(throws: DatasetError.self) { try RandomResizedCrop(areas: low...high) }
    }
}
