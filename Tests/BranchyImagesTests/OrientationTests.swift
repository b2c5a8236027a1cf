import BranchyCompute
import BranchyImages
import BranchyNet
import TestSupport
import Testing

struct OrientationTests {
    /// As it lies in the file:
    ///
    ///     1 2 3
    ///     4 5 6
    private static let file = SampleBytes.png([1, 2, 3, 4, 5, 6], width: 3, height: 2, channels: 1)

    /// How the picture is set upright, row by row, and how wide it is then: by hand, and what
    /// `ImageOps.exif_transpose` of Pillow 13 gives.
    private static let upright: [(orientation: ImageOrientation, width: Int, pixels: [UInt8])] = [
        (.up, 3, [1, 2, 3, 4, 5, 6]),
        (.upMirrored, 3, [3, 2, 1, 6, 5, 4]),
        (.down, 3, [6, 5, 4, 3, 2, 1]),
        (.downMirrored, 3, [4, 5, 6, 1, 2, 3]),
        (.leftMirrored, 2, [1, 4, 2, 5, 3, 6]),
        (.right, 2, [4, 1, 5, 2, 6, 3]),
        (.rightMirrored, 2, [6, 3, 5, 2, 4, 1]),
        (.left, 2, [3, 6, 2, 5, 1, 4]),
    ]

    @Test(arguments: upright, [false, true])
    func pngIsSetUpright(
        sample: (orientation: ImageOrientation, width: Int, pixels: [UInt8]), isBigEndian: Bool
    ) throws {
        let exif = SampleImages.exif(sample.orientation.rawValue, isBigEndian: isBigEndian)
        let image = try EncodedImage(SampleImages.png(Self.file, with: "eXIf", exif))
        #expect(image.orientation == sample.orientation)
        #expect(image.header.width == sample.width)
        let shape: Shape = [1, 6 / sample.width, sample.width]
        #expect(image.header.shape == shape)
        #expect(try image.decoded().pixels == sample.pixels)
        #expect(try image.pixels(for: shape, geometry: nil) == sample.pixels)
        #expect(try image.pixels(for: shape, geometry: ImageGeometry()) == sample.pixels)
        let gray = try image.decoded(to: .rgb)
        #expect(gray.pixels == sample.pixels + sample.pixels + sample.pixels)
    }

    /// Larger than what is copied at once, so that parts at every edge are copied too.
    @Test(arguments: ImageOrientation.allCases)
    func largePicturesAreTurnedLikeSmallOnes(orientation: ImageOrientation) throws {
        let (width, height) = (45, 70)
        let pixels = (0..<3 * width * height).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 7) }
        let picture = try DecodedImage(shape: [3, height, width], pixels: pixels)
        let upright = picture.upright(orientation)
        let file = try ImageEncoder.png(pixels, shape: picture.shape)
        let stored = SampleImages.png(
            file, with: "eXIf", SampleImages.exif(orientation.rawValue))
        #expect(try EncodedImage(stored).decoded() == upright)
        // What undoes each: turning left undoes turning right, everything else undoes itself.
        let back: ImageOrientation =
            orientation == .right ? .left : orientation == .left ? .right : orientation
        #expect(upright.upright(back) == picture)
        #expect(upright.shape == (orientation.exchangesSides ? [3, 45, 70] : [3, 70, 45]))
    }

    @Test(arguments: [false, true]) func jpegIsSetUpright(isBigEndian: Bool) throws {
        // 4 x 2 in gray.
        let file = try SampleImages.bytes(EncodedImageTests.Sample.grayJPEG)
        let exif = SampleImages.exif(6, isBigEndian: isBigEndian)
        let image = try EncodedImage(SampleImages.jpeg(file, withExif: exif))
        #expect(image.orientation == .right)
        #expect(image.header.shape == [1, 4, 2])
        #expect(try image.decoded().shape == [1, 4, 2])
    }

    /// Numbers of a byte, of two and of four; everything else lies upright.
    @Test(arguments: [
        (3, 3, 3), (1, 8, 8), (4, 5, 5), (3, 0, 1), (3, 9, 1), (3, 65_535, 1), (4, -1, 1),
        (2, 6, 1), (5, 6, 1), (0, 6, 1),
    ])
    func whatIsNoOrientationCountsAsUpright(type: Int, value: Int, expected: Int) throws {
        let exif = SampleImages.exif(value, type: type)
        let image = try EncodedImage(SampleImages.png(Self.file, with: "eXIf", exif))
        #expect(image.orientation.rawValue == expected)
    }

    @Test func otherTagsAreNoOrientation() throws {
        let exif = SampleImages.exif(6, tag: 0x113)
        let image = try EncodedImage(SampleImages.png(Self.file, with: "eXIf", exif))
        #expect(image.orientation == .up)
    }

    @Test(arguments: [false, true]) func partsOfExifDataNeverCrash(isBigEndian: Bool) throws {
        let exif = SampleImages.exif(6, isBigEndian: isBigEndian)
        let jpeg = try SampleImages.bytes(EncodedImageTests.Sample.grayJPEG)
        for count in 0...exif.count {
            let part = Array(exif[..<count])
            let image = try EncodedImage(SampleImages.png(Self.file, with: "eXIf", part))
            let photo = try EncodedImage(SampleImages.jpeg(jpeg, withExif: part))
            #expect(image.orientation == photo.orientation)
            // The value ends 32 bytes from the start; what stands behind it does not matter.
            #expect((image.orientation == .right) == (count >= 32))
        }
    }

    @Test func damagedExifDataNeverCrash() throws {
        let jpeg = try SampleImages.bytes(EncodedImageTests.Sample.grayJPEG)
        let file = SampleImages.jpeg(jpeg, withExif: SampleImages.exif(6))
        forEachBitFlip(of: Array(file[..<60])) { flipped in
            _ = try? EncodedImage(flipped + Array(file[60...])).decoded()
        }
    }

    /// A directory that begins at the end of all numbers, and one that claims 65,535 entries.
    @Test(
        arguments: [
            [0x49, 0x49, 0x2A, 0, 0xFF, 0xFF, 0xFF, 0xFF],
            [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 255, 255],
            [0x49, 0x49, 0x2A, 0, 0, 0, 0, 0], [],
        ] as [[UInt8]])
    func hostileDirectoriesCountAsUpright(exif: [UInt8]) throws {
        let image = try EncodedImage(SampleImages.png(Self.file, with: "eXIf", exif))
        #expect(image.orientation == .up)
        #expect(try image.decoded().pixels == [1, 2, 3, 4, 5, 6])
    }
}
