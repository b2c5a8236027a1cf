import BranchyCompute
import BranchyImages
import CImageCodecs
import TestSupport
import Testing

/// Files are decoded to the channels that they have. Pixels are those that come of widening every file
/// to red, green, blue and alpha first; of 16 bits the upper 8 count, and no gamma does.
struct ChannelTests {
    /// Of each row the bytes behind its filter, which is none.
    private static func png(
        _ rows: [[UInt8]], width: Int, depth: UInt8, type: UInt8,
        chunks: [(String, [UInt8])] = []
    ) -> [UInt8] {
        let header =
            SampleBytes.bigEndian(UInt32(width)) + SampleBytes.bigEndian(UInt32(rows.count))
            + [depth, type, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + SampleBytes.chunk("IHDR", header)
            + chunks.flatMap { SampleBytes.chunk($0.0, $0.1) }
            + SampleBytes.chunk("IDAT", SampleBytes.zlib(rows.flatMap { [0] + $0 }))
            + SampleBytes.chunk("IEND", [])
    }

    /// What libpng's other interface makes of a file of 8 bits or less in four channels.
    private static func widened(_ file: [UInt8]) throws -> [UInt8] {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        return try file.withUnsafeBytes { source in
            try #require(
                png_image_begin_read_from_memory(&image, source.baseAddress, source.count) != 0)
            image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA)
            var bytes = [UInt8](repeating: 0, count: 4 * Int(image.width) * Int(image.height))
            try #require(png_image_finish_read(&image, nil, &bytes, 0, nil) != 0)
            return bytes
        }
    }

    /// Rows of 8 bits, or the upper ones of 16.
    private static func upper(_ rows: [[UInt8]], _ depth: UInt8) -> [[UInt8]] {
        guard depth == 16 else { return rows }
        return rows.map { row in stride(from: 0, to: row.count, by: 2).map { row[$0] } }
    }

    /// None of them changes a pixel.
    private static let gammas: [[(String, [UInt8])]] = [
        [], [("gAMA", [0, 0, 0xB1, 0x8F])], [("gAMA", [0, 1, 0x86, 0xA0])], [("sRGB", [0])],
    ]

    /// With every gamma, with and without a colour that is transparent.
    @Test(arguments: [1, 2, 4, 8, 16] as [UInt8], [false, true])
    func grayIsDecodedAsGray(depth: UInt8, isTransparent: Bool) throws {
        var noise = SeededGenerator(seed: UInt64(depth))
        let width = 24
        let rows = (0..<16).map { _ in
            (0..<width * Int(depth) / 8).map { _ in UInt8.random(in: 0...255, using: &noise) }
        }
        let expected = try Self.widened(
            Self.png(Self.upper(rows, depth), width: width, depth: min(depth, 8), type: 0))
        for gamma in Self.gammas {
            let chunks = gamma + (isTransparent ? [("tRNS", [0, 1])] : [])
            let file = Self.png(rows, width: width, depth: depth, type: 0, chunks: chunks)
            let image = try EncodedImage(file)
            #expect(image.header.channels == .gray)
            let gray = stride(from: 0, to: expected.count, by: 4).map { expected[$0] }
            #expect(try image.decoded().pixels == gray)
            #expect(try image.decoded(to: .gray).pixels == gray)
            #expect(try image.decoded(to: .rgb).pixels == gray + gray + gray)
        }
    }

    @Test(arguments: [8, 16] as [UInt8], [2, 4, 6] as [UInt8])
    func otherFilesKeepTheirPixels(depth: UInt8, type: UInt8) throws {
        var noise = SeededGenerator(seed: UInt64(depth) + UInt64(type))
        let channels = [2: 3, 4: 2, 6: 4][type] ?? 1
        let rows = (0..<16).map { _ in
            (0..<16 * channels * Int(depth) / 8).map { _ in
                UInt8.random(in: 0...255, using: &noise)
            }
        }
        let expected = try Self.widened(
            Self.png(Self.upper(rows, depth), width: 16, depth: 8, type: type))
        for gamma in Self.gammas {
            let file = Self.png(rows, width: 16, depth: depth, type: type, chunks: gamma)
            let image = try EncodedImage(file)
            #expect(image.header.channels == (type == 4 ? .gray : .rgb))
            let planes = (0..<3).map { channel in
                stride(from: channel, to: expected.count, by: 4).map { expected[$0] }
            }
            #expect(try image.decoded(to: .rgb).pixels == planes.flatMap(\.self))
            if type == 4 { #expect(try image.decoded().pixels == planes[0]) }
        }
    }

    @Test func palettesCountAsColour() throws {
        let palette: [UInt8] = [10, 20, 30, 200, 100, 0]
        for chunks in [[], [("tRNS", [0x80])]] as [[(String, [UInt8])]] {
            let file = Self.png(
                [[0, 1], [1, 0]], width: 2, depth: 8, type: 3,
                chunks: [("PLTE", palette)] + chunks)
            let image = try EncodedImage(file).decoded()
            #expect(image.shape == [3, 2, 2])
            #expect(image.pixels == [10, 200, 200, 10, 20, 100, 100, 20, 30, 0, 0, 30])
        }
    }
}
