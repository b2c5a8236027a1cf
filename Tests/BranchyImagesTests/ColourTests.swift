import BranchyCompute
import BranchyImages
import Testing

/// The expected numbers are what torchvision 0.28 makes of a Pillow image (`adjust_brightness` and so
/// on), for the same colours, to the bit.
struct ColourTests {
    /// (255, 0, 0), (10, 20, 30), (200, 180, 90), (0, 255, 128), (77, 77, 77), (123, 45, 210), white
    /// and (1, 0, 2).
    private static let colours: [UInt8] = [
        255, 10, 200, 0, 77, 123, 255, 1, 0, 20, 180, 255, 77, 45, 255, 0, 0, 30, 90, 128, 77, 210,
        255, 2,
    ]

    private func adjusted(_ adjust: (inout DecodedImage) -> Void) throws -> [UInt8] {
        var picture = try DecodedImage(shape: [3, 1, 8], pixels: Self.colours)
        adjust(&picture)
        return picture.pixels
    }

    @Test(
        arguments: [
            (0, [UInt8](repeating: 0, count: 24)),
            (
                0.5,
                [
                    127, 5, 100, 0, 38, 61, 127, 0, 0, 10, 90, 127, 38, 22, 127, 0, 0, 15, 45, 64,
                    38,
                    105, 127, 1,
                ]
            ),
            (1, colours),
            (
                1.7,
                [
                    255, 17, 255, 0, 130, 209, 255, 1, 0, 34, 255, 255, 130, 76, 255, 0, 0, 51, 153,
                    217,
                    130, 255, 255, 3,
                ]
            ),
        ] as [(Float, [UInt8])])
    func adjustsBrightness(factor: Float, expected: [UInt8]) throws {
        #expect(try adjusted { $0.adjustBrightness(by: factor) } == expected)
    }

    @Test(
        arguments: [
            (0, [UInt8](repeating: 107, count: 24)),
            (
                0.5,
                [
                    181, 58, 153, 53, 92, 115, 181, 54, 53, 63, 143, 181, 92, 76, 181, 53, 53, 68,
                    98,
                    117, 92, 158, 181, 54,
                ]
            ),
            (1, colours),
            (
                1.7,
                [
                    255, 0, 255, 0, 56, 134, 255, 0, 0, 0, 231, 255, 56, 1, 255, 0, 0, 0, 78, 142,
                    56,
                    255, 255, 0,
                ]
            ),
        ] as [(Float, [UInt8])])
    func adjustsContrast(factor: Float, expected: [UInt8]) throws {
        #expect(try adjusted { $0.adjustContrast(by: factor) } == expected)
    }

    @Test(
        arguments: [
            (
                0.5,
                [
                    165, 14, 188, 82, 77, 105, 255, 1, 38, 19, 178, 209, 77, 66, 255, 0, 38, 24,
                    133,
                    146, 77, 148, 255, 1,
                ]
            ),
            (1, colours),
            (
                1.7,
                [
                    255, 4, 216, 0, 77, 148, 255, 1, 0, 21, 182, 255, 77, 15, 255, 0, 0, 38, 29,
                    102, 77,
                    255, 255, 2,
                ]
            ),
        ] as [(Float, [UInt8])])
    func adjustsSaturation(factor: Float, expected: [UInt8]) throws {
        #expect(try adjusted { $0.adjustSaturation(by: factor) } == expected)
    }

    /// A turn by nothing changes some colours too: hue and saturation are bytes.
    @Test(
        arguments: [
            (
                -0.5,
                [
                    0, 30, 90, 255, 77, 131, 255, 1, 246, 20, 108, 0, 77, 210, 255, 2, 255, 10, 200,
                    120,
                    77, 45, 255, 0,
                ]
            ),
            (
                -0.1,
                [
                    255, 10, 200, 24, 77, 45, 255, 0, 0, 30, 113, 255, 77, 65, 255, 0, 144, 28, 90,
                    0,
                    77, 210, 255, 2,
                ]
            ),
            (
                0,
                [
                    255, 10, 200, 0, 77, 123, 255, 1, 0, 20, 178, 255, 77, 45, 255, 0, 0, 30, 90,
                    126,
                    77, 210, 255, 2,
                ]
            ),
            (
                0.25,
                [
                    132, 29, 90, 0, 77, 210, 255, 2, 255, 10, 200, 6, 77, 45, 255, 0, 0, 30, 121,
                    255,
                    77, 53, 255, 0,
                ]
            ),
        ] as [(Float, [UInt8])])
    func turnsHues(turns: Float, expected: [UInt8]) throws {
        #expect(try adjusted { $0.adjustHue(by: turns) } == expected)
    }

    @Test func graysHaveNoColour() throws {
        var picture = try DecodedImage(shape: [1, 1, 2], pixels: [10, 200])
        picture.adjustSaturation(by: 0)
        picture.adjustHue(by: 0.3)
        #expect(picture.pixels == [10, 200])
        picture.adjustBrightness(by: .greatestFiniteMagnitude)
        #expect(picture.pixels == [255, 255])
    }

    @Test func erasesWhatIsInThePicture() throws {
        var picture = try DecodedImage(shape: [1, 2, 3], pixels: [1, 2, 3, 4, 5, 6])
        picture.erase(ImageRegion(top: 1, left: 1, height: 5, width: 1), with: [9])
        #expect(picture.pixels == [1, 2, 3, 4, 9, 6])
        picture.erase(ImageRegion(top: -1, left: -1, height: 2, width: 2), with: [0])
        #expect(picture.pixels == [0, 2, 3, 4, 9, 6])
        for region in [
            ImageRegion(top: .min, left: .min, height: .max, width: .max),
            ImageRegion(top: 0, left: 0, height: -1, width: 3),
            ImageRegion(top: 2, left: 0, height: 1, width: 1),
        ] {
            picture.erase(region, with: [77])
            #expect(picture.pixels == [0, 2, 3, 4, 9, 6])
        }
    }
}
