import BranchyCompute
import BranchyImages
import TestSupport
import Testing

/// Expected numbers are by hand; Pillow 13 reads the same from such files.
struct BMPTests {
    /// Rows fill up units of four bytes, the last one first; blue stands first.
    @Test func decodesColours() throws {
        let file = SampleImages.bmp(
            width: 2, height: 2, bits: 24, [1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0])
        let image = try EncodedImage(file)
        #expect(image.format == .bmp)
        #expect(image.header.shape == [3, 2, 2])
        #expect(try image.decoded().pixels == [9, 12, 3, 6, 8, 11, 2, 5, 7, 10, 1, 4])
    }

    @Test func aHeightBelowZeroPutsTheFirstRowFirst() throws {
        let file = SampleImages.bmp(
            width: 1, height: -2, bits: 32, [1, 2, 3, 99, 4, 5, 6, 99])
        #expect(try EncodedImage(file).decoded().pixels == [3, 6, 2, 5, 1, 4])
    }

    @Test(
        arguments: [
            (1, [0b1010_0000, 0, 0, 0]), (4, [0x10, 0x10, 0, 0]), (8, [1, 0, 1, 0]),
        ] as [(Int, [UInt8])])
    func looksColoursUp(bits: Int, row: [UInt8]) throws {
        let file = SampleImages.bmp(
            width: 3, height: 1, bits: bits, palette: [10, 20, 30, 0, 40, 50, 60, 0], row)
        #expect(try EncodedImage(file).decoded().pixels == [60, 30, 60, 50, 20, 50, 40, 10, 40])
    }

    @Test func aPaletteOfGraysIsGray() throws {
        let file = SampleImages.bmp(
            width: 2, height: 1, bits: 8, palette: [9, 9, 9, 0, 200, 200, 200, 0], [1, 0, 0, 0])
        let image = try EncodedImage(file).decoded()
        #expect(image.shape == [1, 1, 2])
        #expect(image.pixels == [200, 9])
    }

    @Test func numbersBeyondThePaletteAreBlack() throws {
        let file = SampleImages.bmp(
            width: 2, height: 1, bits: 8, palette: [1, 2, 3, 0], [0, 255, 0, 0])
        #expect(try EncodedImage(file).decoded().pixels == [3, 0, 2, 0, 1, 0])
    }

    /// 5 bits are widened to 8 as `x * 255 / 31`, 6 bits as `x * 255 / 63`, rounded down.
    @Test func widensColoursOf16Bits() throws {
        let pixels = SampleImages.littleEndian(1 << 10 | 16 << 5 | 31, 2) + [0, 0]
        let plain = SampleImages.bmp(width: 1, height: 1, bits: 16, pixels)
        #expect(try EncodedImage(plain).decoded().pixels == [8, 131, 255])
        let masks = [0xF800, 0x7E0, 0x1F].flatMap { SampleImages.littleEndian($0, 4) }
        let masked = SampleImages.bmp(
            width: 1, height: 1, bits: 16, compression: 3, extra: masks,
            SampleImages.littleEndian(1 << 11 | 32 << 5 | 31, 2) + [0, 0])
        #expect(try EncodedImage(masked).decoded().pixels == [8, 129, 255])
    }

    @Test(arguments: [(8, 1), (4, 2), (2, 0), (24, 4), (32, 1)])
    func refusesWhatIsCompressed(bits: Int, compression: Int) {
        let file = SampleImages.bmp(
            width: 1, height: 1, bits: bits, compression: compression, [0, 0, 0, 0])
        let error = imageError { _ = try EncodedImage(file) }
        #expect(error?.code == .unsupportedFormat)
    }

    /// Bits apart from each other, more than 8 of them, and none.
    @Test(arguments: [[0xF0F0, 0xF00, 0xF], [0xFFFF00, 0xFF, 0xFF], [0xFF00, 0, 0xFF]])
    func refusesColoursThatAreNoRunOfBits(masks: [Int]) {
        let file = SampleImages.bmp(
            width: 1, height: 1, bits: 32, compression: 3,
            extra: masks.flatMap { SampleImages.littleEndian($0, 4) }, [0, 0, 0, 0])
        let error = imageError { _ = try EncodedImage(file) }
        #expect(error?.code == .unsupportedFormat)
    }

    /// Before memory is taken, also where the size is allowed.
    @Test(arguments: [(8000, 8000), (60_000, 60_000), (1 << 31 - 1, 1 << 31 - 1), (0, 1), (-1, 1)])
    func refusesSizesThatAreNotInTheFile(width: Int, height: Int) {
        let file = SampleImages.bmp(width: width, height: height, bits: 24, [0, 0, 0, 0])
        let error = imageError { _ = try EncodedImage(file).decoded() }
        #expect([.malformed, .limitExceeded].contains(error?.code))
    }

    /// Both sides of how many pixels there may be, and of how many a side may have.
    @Test(
        arguments: [
            (8192, 8192, .malformed), (8193, 8192, .limitExceeded), (1_000_000, 1, .malformed),
            (1_000_001, 1, .limitExceeded), (1, 1_000_001, .limitExceeded),
        ] as [(Int, Int, ImageError.Code)])
    func limitsSizes(width: Int, height: Int, expected: ImageError.Code) {
        let file = SampleImages.bmp(width: width, height: height, bits: 24, [0, 0, 0, 0])
        let error = imageError { _ = try EncodedImage(file).decoded() }
        #expect(error?.code == expected)
    }

    @Test func refusesPartsOfFiles() throws {
        let file = SampleImages.bmp(
            width: 2, height: 2, bits: 8, palette: [10, 20, 30, 0, 40, 50, 60, 0],
            [1, 0, 0, 0, 0, 1])
        #expect(try EncodedImage(file).decoded().pixels.count == 12)
        for count in 0..<file.count {
            let error = imageError { _ = try EncodedImage(Array(file[..<count])).decoded() }
            #expect(error != nil)
        }
    }

    @Test(arguments: [1, 4, 8, 16, 24, 32]) func survivesEveryBitFlip(bits: Int) {
        let palette: [UInt8] = bits > 8 ? [] : [10, 20, 30, 0, 40, 50, 60, 0]
        let file = SampleImages.bmp(
            width: 2, height: 1, bits: bits, palette: palette, [0, 0, 0, 0, 0, 0, 0, 0])
        forEachBitFlip(of: file) { flipped in
            do {
                _ = try EncodedImage(flipped).decoded(pixelLimit: 1 << 12)
            } catch {
                #expect(error is ImageError)
            }
        }
    }
}
