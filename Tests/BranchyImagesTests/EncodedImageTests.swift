import BranchyCompute
import BranchyImages
import TestSupport
import Testing

/// The files were made with Pillow 13 (`Image.new`, `putdata`, `save`, with `quality=90,
/// optimize=True` for JPEG), and the expected numbers are what it gives back.
struct EncodedImageTests {
    enum Sample {
        /// 3 x 2: red, green, blue, (10, 20, 30), white, black.
        static let rgbPNG =
            "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAGElEQVR4nGP4z8DAAMFcInL///9nYGAA"
            + "AD2kBje+XFOFAAAAAElFTkSuQmCC"
        /// 2 x 2 gray: 0, 100, 200, 255.
        static let grayPNG =
            "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGNgSGE48R8ABCUCLMYPuiEA"
            + "AAAASUVORK5CYII="
        /// 2 x 1 with alpha: (200, 100, 50, 0), (1, 2, 3, 128).
        static let alphaPNG =
            "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAEUlEQVR4nGM4kWLEwMjE3AAACsEB5eZC"
            + "aQEAAAAASUVORK5CYII="
        /// 3 x 1 gray of 16 bits: 0, 0x8080, 0xFFFF; put together with Python's zlib and struct.
        static let deepPNG =
            "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABEAAAAABuG5crAAAAD0lEQVR42mNgYGho+P8fAAaEAv//G2Lx"
            + "AAAAAElFTkSuQmCC"
        /// 8 x 8, all of it (200, 60, 40), without chroma subsampling.
        static let rgbJPEG =
            "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsN"
            + "DhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQU"
            + "FBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wAARCAAIAAgDAREAAhEBAxEB/8QA"
            + "FAABAAAAAAAAAAAAAAAAAAAAB//EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAVAQEBAAAAAAAAAAAAAAAA"
            + "AAAHCP/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAMAwEAAhEDEQA/ADQSLAf/2Q=="
        /// 4 x 2 gray, all of it 77.
        static let grayJPEG =
            "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsN"
            + "DhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAACAAQBAREA/8QAFAABAAAAAAAAAAAAAAAA"
            + "AAAACP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AO7//2Q=="
        /// 8 x 8 CMYK.
        static let printJPEG =
            "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4S"
            + "EA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgSFBUU/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EABUAAQEAAAAA"
            + "AAAAAAAAAAAAAAkI/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAA4EQwBNAFkASwAAPwBOCOkDXQ//2Q=="
    }

    private func bytes(_ base64: String) throws -> [UInt8] {
        try SampleImages.bytes(base64)
    }

    private func decode(
        _ base64: String, _ channels: ImageChannels
    ) throws -> DecodedImage {
        try EncodedImage(bytes(base64)).decoded(to: channels)
    }

    @Test func decodesPNGToChannels() throws {
        let image = try decode(Sample.rgbPNG, .rgb)
        #expect(image.shape == [3, 2, 3])
        #expect(
            image.pixels == [
                255, 0, 0, 10, 255, 0,
                0, 255, 0, 20, 255, 0,
                0, 0, 255, 30, 255, 0,
            ])
    }

    @Test func convertsPNGToGray() throws {
        let image = try decode(Sample.rgbPNG, .gray)
        #expect(image.shape == [1, 2, 3])
        #expect(image.pixels == [76, 150, 29, 18, 255, 0])
    }

    @Test func keepsGrayPNGAsItIs() throws {
        #expect(try decode(Sample.grayPNG, .gray).pixels == [0, 100, 200, 255])
        let colours = try decode(Sample.grayPNG, .rgb)
        #expect(colours.pixels == [0, 100, 200, 255, 0, 100, 200, 255, 0, 100, 200, 255])
    }

    @Test func dropsAlpha() throws {
        #expect(try decode(Sample.alphaPNG, .rgb).pixels == [200, 1, 100, 2, 50, 3])
    }

    /// (10, 200, 90) shows through: of the first pixel alone, and of the second through about a half.
    @Test func laysTransparentPixelsOverAColour() throws {
        let image = try EncodedImage(bytes(Sample.alphaPNG))
        let colour = ImageColor(red: 10, green: 200, blue: 90)
        #expect(try image.decoded(over: colour).pixels == [10, 5, 200, 101, 90, 46])
        #expect(try image.pixels(for: [3, 1, 2], geometry: nil, over: colour)[1] == 5)
    }

    @Test func reduces16BitsTo8() throws {
        #expect(try decode(Sample.deepPNG, .gray).pixels == [0, 0x80, 0xFF])
    }

    @Test func decodesJPEG() throws {
        let image = try decode(Sample.rgbJPEG, .rgb)
        #expect(image.shape == [3, 8, 8])
        #expect([image.pixels[0], image.pixels[64], image.pixels[128]] == [201, 60, 40])
        #expect(try decode(Sample.rgbJPEG, .gray).pixels == [UInt8](repeating: 100, count: 64))
    }

    @Test func decodesGrayJPEG() throws {
        let image = try decode(Sample.grayJPEG, .gray)
        #expect(image.shape == [1, 2, 4])
        #expect(image.pixels == [UInt8](repeating: 77, count: 8))
    }

    /// Cyan, magenta, yellow and black of (10, 20, 30, 40), stored inverted; what Pillow's
    /// `convert("RGB")` makes of them.
    @Test func decodesJPEGForPrint() throws {
        let image = try decode(Sample.printJPEG, .rgb)
        #expect(image.shape == [3, 8, 8])
        let planes = [207, 198, 190].flatMap { [UInt8](repeating: $0, count: 64) }
        #expect(image.pixels == planes)
    }

    @Test(arguments: [[], [0x47, 0x49, 0x46, 0x38], [0xFF, 0xD8]] as [[UInt8]])
    func refusesOtherFormats(contents: [UInt8]) {
        let error = imageError {
            _ = try EncodedImage(contents)
        }
        #expect(error?.code == .unsupportedFormat)
    }

    @Test(arguments: [(Sample.rgbPNG, 6), (Sample.rgbJPEG, 64)])
    func allowsAsManyPixelsAsItIsTold(base64: String, pixels: Int) throws {
        let contents = try bytes(base64)
        let image = try EncodedImage(contents)
        #expect(try image.decoded(to: .gray, pixelLimit: pixels).pixels.count == pixels)
        let error = imageError { _ = try image.decoded(pixelLimit: pixels - 1) }
        #expect(error?.code == .limitExceeded)
    }

    /// Three channels of 2³¹ - 1 rows and columns are more bytes than 64 bits count.
    @Test(arguments: [(1 << 31 - 1, 1 << 31 - 1), (1 << 16, 1 << 15), (1 << 30 + 1, 1), (0, 1)])
    func givesNoSizeThatIsNoShape(width: Int, height: Int) throws {
        var contents = try bytes(Sample.rgbPNG)
        contents.replaceSubrange(16..<20, with: SampleBytes.bigEndian(UInt32(width)))
        contents.replaceSubrange(20..<24, with: SampleBytes.bigEndian(UInt32(height)))
        contents.replaceSubrange(29..<33, with: SampleBytes.crc32(of: contents[12..<29]))
        let error = imageError {
            _ = try EncodedImage(contents).header.shape
        }
        #expect(error != nil)
    }

    @Test(arguments: [Sample.rgbPNG, Sample.rgbJPEG]) func refusesHalfAFile(base64: String) throws {
        let contents = try bytes(base64)
        for count in [8, contents.count / 2, contents.count - 20] {
            let error = imageError {
                _ = try EncodedImage(Array(contents[..<count])).decoded()
            }
            #expect(error?.code == .malformed)
        }
    }

    @Test(arguments: [
        Sample.rgbPNG, Sample.grayPNG, Sample.alphaPNG, Sample.deepPNG, Sample.rgbJPEG,
        Sample.grayJPEG, Sample.printJPEG,
    ])
    func survivesEveryBitFlip(base64: String) throws {
        try forEachBitFlip(of: bytes(base64)) { flipped in
            do {
                _ = try EncodedImage(flipped).decoded(to: .gray, pixelLimit: 1 << 12)
            } catch {
                #expect(error is ImageError)
            }
        }
    }
}
