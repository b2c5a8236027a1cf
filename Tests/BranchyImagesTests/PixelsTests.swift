import BranchyCompute
import BranchyImages
import BranchyNet
import TestSupport
import Testing

/// From a file to what a network reads. The expected numbers are torchvision's (0.28 with Pillow 13),
/// for the picture of `ResamplingTests`.
struct PixelsTests {
    private static func file() throws -> EncodedImage {
        try EncodedImage(ImageEncoder.png(ResamplingTests.pixels, shape: [1, 4, 6]))
    }

    /// `CenterCrop((height, width))(Resize(resize)(picture))`. Of 4 x 6 pixels, `Resize(3)` makes
    /// 3 x 4 (the longer side rounded down from 4.5), and `Resize(2)` 2 x 3.
    @Test(
        arguments: [
            (3, 2, 3, [43, 99, 120, 158, 158, 111]), (2, 3, 2, [95, 118, 139, 148, 0, 0]),
        ] as [(Int, Int, Int, [UInt8])])
    func resizesAndTakesTheMiddle(
        resize: Int, height: Int, width: Int, expected: [UInt8]
    ) throws {
        let geometry = ImageGeometry(resize: resize)
        let file = try Self.file()
        #expect(try file.pixels(for: [1, height, width], geometry: geometry) == expected)
        let colours = try file.pixels(for: [3, height, width], geometry: geometry)
        #expect(colours == expected + expected + expected)
    }

    @Test func takesPartsApart() throws {
        let region = ImageRegion(top: 1, left: 2, height: 3, width: 4)
        let file = try Self.file()
        #expect(try file.pixels(region: region, resizedTo: [1, 2, 2]) == [123, 159, 159, 145])
        let mirrored = try file.pixels(region: region, resizedTo: [1, 2, 2], mirrored: true)
        #expect(mirrored == [159, 123, 145, 159])
    }

    @Test func withoutGeometryShapesHaveToBeTheSame() throws {
        let file = try Self.file()
        #expect(try file.pixels(for: [1, 4, 6], geometry: nil) == ResamplingTests.pixels)
        for shape in [[3, 4, 6], [1, 6, 4], [1, 4, 6, 1]] as [Shape] {
            let error = imageError { _ = try file.pixels(for: shape, geometry: nil) }
            #expect(error?.code == .shapeMismatch)
            #expect(error?.message.contains("expected \(shape)") == true)
            #expect(error?.message.contains("6 x 4 pixels in gray, which is 1x4x6") == true)
        }
    }

    @Test(arguments: [[2, 4, 4], [3, 0, 4], [4, 4], [3, 1 << 14 + 1, 1], [3, 1, 1 << 14 + 1]])
    func refusesShapesOfNoPicture(sizes: [Int]) throws {
        let file = try Self.file()
        let error = imageError {
            _ = try file.pixels(for: Shape(sizes), geometry: ImageGeometry(resize: 4))
        }
        #expect(error?.code == .shapeMismatch)
    }

    @Test(arguments: [0, 1 << 14 + 1]) func refusesGeometriesThatMakeNoSense(resize: Int) throws {
        let file = try Self.file()
        let error = imageError {
            _ = try file.pixels(for: [1, 4, 4], geometry: ImageGeometry(resize: resize))
        }
        #expect(error?.code == .shapeMismatch)
    }

    @Test(arguments: [
        (-1, 0, 2, 2), (0, -1, 2, 2), (0, 0, 0, 2), (0, 0, 2, 0), (3, 0, 2, 2), (0, 5, 2, 2),
        (.max, 0, 2, 2), (0, 0, .max, 2), (1, 0, 1, .min),
    ])
    func refusesPartsThatAreNotThere(top: Int, left: Int, height: Int, width: Int) throws {
        let file = try Self.file()
        let region = ImageRegion(top: top, left: left, height: height, width: width)
        let error = imageError { _ = try file.pixels(region: region, resizedTo: [1, 2, 2]) }
        #expect(error?.code == .shapeMismatch)
    }

    /// A picture of one row and a million columns is cut, not resized as a whole.
    @Test func extremePicturesTakeLittle() throws {
        let row = [UInt8](repeating: 7, count: 60_000)
        let long = try EncodedImage(ImageEncoder.png(row, shape: [1, 1, 60_000]))
        let pixels = try long.pixels(for: [1, 32, 32], geometry: ImageGeometry(resize: 1 << 14))
        #expect(pixels.allSatisfy { $0 == 7 })
        let tall = try EncodedImage(ImageEncoder.png(row, shape: [1, 60_000, 1]))
        #expect(try tall.pixels(for: [1, 1, 1], geometry: ImageGeometry()) == [7])
    }
}
