import BranchyCompute
import BranchyImages
import TestSupport
import Testing

/// The files were made with Pillow 13 (`save(format="webp")`, with `lossless=True` and for alpha
/// `exact=True`, or `quality=90`), and the expected numbers are what it gives back.
struct WebPTests {
    private enum Sample {
        /// 3 x 2: red, green, blue, (10, 20, 30), white, black.
        static let lossless =
            "UklGRjgAAABXRUJQVlA4TCsAAAAvAkAAAC8gECCI8J9qQ0iQ0P2/V4EAQYn/SvMfIDY5tgoEAmSIFi0i+h85"
            + "AA=="
        /// The same, to be turned right.
        static let turned =
            "UklGRmwAAABXRUJQVlA4WAoAAAAIAAAAAgAAAQAAVlA4TCsAAAAvAkAAAC8gECCI8J9qQ0iQ0P2/V4EAQYn/"
            + "SvMfIDY5tgoEAmSIFi0i+h85AEVYSUYaAAAASUkqAAgAAAABABIBAwABAAAABgAAAAAAAAA="
        /// 2 x 1 with alpha: (200, 100, 50, 0), (1, 2, 3, 128).
        static let alpha = "UklGRiQAAABXRUJQVlA4TBgAAAAvAQAAEA9wAbE9Jsi2DW070AsY7CMj+h8="
        /// 8 x 8, all of it (200, 60, 40).
        static let lossy =
            "UklGRj4AAABXRUJQVlA4IDIAAADQAQCdASoIAAgAAMASJaACdLoB+AADsAD+8dyP/Yzfozfozf2AP/1dt9bB"
            + "/V23/VlAAA=="
        /// Two pictures of 8 x 8.
        static let moving =
            "UklGRoYAAABXRUJQVlA4WAoAAAACAAAABwAABwAAQU5JTQYAAAAAAAAAAABBTk1GKgAAAAAAAAAAAAcAAAcA"
            + "AAAAAAJWUDhMEQAAAC8HwAEAB1CeIhel/4GI6H8AAEFOTUYoAAAAAAAAAAAABwAABwAAAAAAAFZQOEwQAAAA"
            + "LwfAAQAHUJ4oSv8DEdH/AA=="
    }

    private func image(_ base64: String) throws -> EncodedImage {
        try EncodedImage(SampleImages.bytes(base64))
    }

    @Test func decodesWithoutLoss() throws {
        let image = try image(Sample.lossless)
        #expect(image.format == .webp)
        let pixels = try image.decoded()
        #expect(pixels.shape == [3, 2, 3])
        #expect(
            pixels.pixels == [
                255, 0, 0, 10, 255, 0,
                0, 255, 0, 20, 255, 0,
                0, 0, 255, 30, 255, 0,
            ])
    }

    @Test func isSetUpright() throws {
        let image = try image(Sample.turned)
        #expect(image.orientation == .right)
        let pixels = try image.decoded()
        #expect(pixels.shape == [3, 3, 2])
        #expect(pixels.pixels[..<6] == [10, 255, 255, 0, 0, 0])
    }

    @Test func decodesWithLoss() throws {
        let pixels = try image(Sample.lossy).decoded()
        #expect(pixels.shape == [3, 8, 8])
        let planes = [201, 61, 40].flatMap { [UInt8](repeating: $0, count: 64) }
        #expect(pixels.pixels == planes)
    }

    @Test func dropsAlpha() throws {
        #expect(try image(Sample.alpha).decoded().pixels == [200, 1, 100, 2, 50, 3])
    }

    @Test func refusesPicturesThatMove() throws {
        let error = imageError { _ = try image(Sample.moving) }
        #expect(error?.code == .unsupportedFormat)
        #expect(error?.message.contains("animation") == true)
    }

    @Test(arguments: [Sample.lossless, Sample.lossy, Sample.alpha, Sample.turned])
    func refusesHalfAFile(base64: String) throws {
        let contents = try SampleImages.bytes(base64)
        for count in [12, 18, 30, contents.count / 2] {
            let error = imageError {
                _ = try EncodedImage(Array(contents[..<count])).decoded()
            }
            #expect(error != nil)
        }
    }

    @Test(arguments: [Sample.lossless, Sample.lossy, Sample.alpha, Sample.turned, Sample.moving])
    func survivesEveryBitFlip(base64: String) throws {
        try forEachBitFlip(of: SampleImages.bytes(base64)) { flipped in
            do {
                _ = try EncodedImage(flipped).decoded(to: .gray, pixelLimit: 1 << 12)
            } catch {
                #expect(error is ImageError)
            }
        }
    }
}
