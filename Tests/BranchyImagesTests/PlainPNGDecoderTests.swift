import BranchyCompute
import BranchyImages
import TestSupport
import Testing

/// What the plain decoder decodes, libpng decodes to the same pixels; what it leaves alone, libpng
/// decodes or refuses.
struct PlainPNGDecoderTests {
    private static let shapes: [Shape] = [[1, 9, 13], [3, 9, 13]]

    /// Slopes, edges and noise, so that libpng takes each of its filters for some row.
    private static func pixels(of shape: Shape) -> [UInt8] {
        var generator = SeededGenerator(seed: 7)
        return (0..<shape.elementCount).map { place in
            let (row, column) = (place / shape[2] % shape[1], place % shape[2])
            switch row % 4 {
            case 0: return UInt8(truncatingIfNeeded: column * 19)
            case 1: return UInt8(truncatingIfNeeded: row * 7 + column * column * 3)
            case 2: return UInt8.random(in: 0...255, using: &generator)
            default: return column < 6 ? 0 : 255
            }
        }
    }

    private static func file(of shape: Shape) throws -> [UInt8] {
        try ImageEncoder.png(pixels(of: shape), shape: shape)
    }

    private static func plainPixels(_ file: [UInt8], _ shape: Shape) -> [UInt8]? {
        guard ImageFormat(of: file) == .png else { return nil }
        var decoder = PlainPNGDecoder(shape: shape)
        var pixels = [UInt8](repeating: 1, count: shape.elementCount)
        return decoder?.decode(file.span, into: &pixels) == true ? pixels : nil
    }

    /// What ``EncodedImage`` makes of a file, or `nil` where it refuses it or has another shape.
    private static func libraryPixels(_ file: [UInt8], _ shape: Shape) -> [UInt8]? {
        guard let image = try? EncodedImage(file), image.header.shape == shape else { return nil }
        return try? image.decoded().pixels
    }

    @Test(arguments: shapes) func decodesEveryFilter(shape: Shape) throws {
        #expect(try Self.plainPixels(Self.file(of: shape), shape) == Self.pixels(of: shape))
    }

    /// One filter for all rows, which the library would not choose: what is left of each row behind
    /// its filter is the same noise.
    @Test(arguments: shapes, 0...5) func agreesOnEachFilter(shape: Shape, filter: UInt8) {
        let (height, length) = (shape[1], shape[2] * shape[0])
        var noise = SeededGenerator(seed: 3)
        let rows = (0..<height).flatMap { _ in
            [filter] + (0..<length).map { _ in UInt8.random(in: 0...255, using: &noise) }
        }
        let stored = SampleBytes.png(
            [UInt8](repeating: 0, count: height * length), width: shape[2], height: height,
            channels: shape[0])
        let file = PNGParts(stored).replacing("IDAT", by: SampleBytes.zlib(rows))
        let found = Self.plainPixels(file, shape)
        #expect((found == nil) == (filter == 5))
        #expect(found == Self.libraryPixels(file, shape))
    }

    /// With checksums of chunks made right again, so that what they protect is looked at as well.
    @Test(arguments: shapes, [false, true])
    func whateverIsDamagedItNeverDisagrees(shape: Shape, isSealed: Bool) throws {
        let file = try Self.file(of: shape)
        var decoded = 0
        forEachBitFlip(of: file) { flipped in
            let damaged = isSealed ? PNGParts(flipped).bytes : flipped
            guard let pixels = Self.plainPixels(damaged, shape) else { return }
            decoded += 1
            let expected = Self.libraryPixels(damaged, shape)
            if pixels != expected { Issue.record("decoded \(pixels), not \(expected ?? [])") }
        }
        // Flips in the checksums, which are made right again, and in the colour space's intent.
        #expect(isSealed ? decoded > 0 : decoded == 0)
    }

    @Test(arguments: shapes) func leavesPartsOfFilesAlone(shape: Shape) throws {
        let file = try Self.file(of: shape)
        for count in 0..<file.count {
            #expect(Self.plainPixels(Array(file[..<count]), shape) == nil)
        }
    }

    @Test func whatDoesNotChangePixelsMayStandInAFile() throws {
        let shape = Self.shapes[0]
        let parts = PNGParts(try Self.file(of: shape))
        for (type, data) in [
            ("tEXt", Array("Comment\0text".utf8)), ("pHYs", [0, 0, 1, 0, 0, 0, 1, 0, 0]),
            ("tIME", [7, 200, 1, 1, 0, 0, 0]),
        ] {
            let file = parts.inserting(type, data, before: "IDAT")
            #expect(Self.plainPixels(file, shape) == Self.pixels(of: shape))
            #expect(Self.libraryPixels(file, shape) == Self.pixels(of: shape))
        }
        #expect(Self.plainPixels(parts.bytes + [1, 2, 3], shape) == Self.pixels(of: shape))
    }

    @Test func whatMayChangePixelsIsLeftAlone() throws {
        let shape = Self.shapes[0]
        let parts = PNGParts(try Self.file(of: shape))
        for (type, data) in [
            ("gAMA", [0, 0, 0xB1, 0x8F]), ("tRNS", [0, 7]), ("sBIT", [4]), ("PLTE", [1, 2, 3]),
            ("iCCP", []), ("IHDR", []), ("cHRM", []),
        ] as [(String, [UInt8])] {
            #expect(Self.plainPixels(parts.inserting(type, data, before: "IDAT"), shape) == nil)
        }
    }

    @Test func dataMayBeCutButNotParted() throws {
        let shape = Self.shapes[1]
        let parts = PNGParts(try Self.file(of: shape))
        let data = try #require(parts.data("IDAT"))
        for cut in [1, 2, data.count / 2, data.count - 1] {
            let (head, tail) = (Array(data[..<cut]), Array(data[cut...]))
            let cutFile = PNGParts(parts.replacing("IDAT", by: tail))
                .inserting("IDAT", head, before: "IDAT")
            #expect(Self.plainPixels(cutFile, shape) == Self.pixels(of: shape))
            let parted = PNGParts(parts.replacing("IDAT", by: head))
                .inserting("tEXt", Array("a\0b".utf8), before: "IEND")
            #expect(
                Self.plainPixels(
                    PNGParts(parted).inserting("IDAT", tail, before: "IEND"), shape) == nil)
        }
        let more = parts.inserting("IDAT", [1], before: "IEND")
        #expect(Self.plainPixels(more, shape) == nil)
    }

    /// A stream that says it looks back 256 bytes, in an image that is larger: libpng would keep no
    /// more.
    @Test func streamsThatMayLookBackTooFarAreLeftAlone() throws {
        let shape: Shape = [1, 20, 20]
        let parts = PNGParts(try Self.file(of: shape))
        var data = try #require(parts.data("IDAT"))
        #expect(Self.plainPixels(parts.bytes, shape) != nil)
        data[0] = 0x08
        data[1] = 0x1D
        #expect((Int(data[0]) << 8 | Int(data[1])) % 31 == 0)
        #expect(Self.plainPixels(parts.replacing("IDAT", by: data), shape) == nil)
    }

    @Test func goesOnAfterAFileThatItLeftAlone() throws {
        let shape = Self.shapes[0]
        let file = try Self.file(of: shape)
        var decoder = PlainPNGDecoder(shape: shape)
        var pixels = [UInt8](repeating: 1, count: shape.elementCount)
        for damaged in [Array(file.dropLast(30)), [], [UInt8](repeating: 0, count: 99)] {
            let isPlain = decoder?.decode(damaged.span, into: &pixels)
            #expect(isPlain == false)
            let isPlainAgain = decoder?.decode(file.span, into: &pixels)
            #expect(isPlainAgain == true)
            #expect(pixels == Self.pixels(of: shape))
        }
    }

    @Test(arguments: [[1, 9, 14], [1, 10, 13], [3, 9, 13]] as [Shape])
    func imagesOfAnotherShapeAreLeftAlone(shape: Shape) throws {
        #expect(try Self.plainPixels(Self.file(of: Self.shapes[0]), shape) == nil)
    }

    @Test(arguments: [[2, 9, 9], [9, 9], [1, 0, 9], [1, 9, 1025], [1, 9, 9, 1]] as [Shape])
    func knowsNoOtherShapes(shape: Shape) {
        let isKnown = PlainPNGDecoder(shape: shape) != nil
        #expect(!isKnown)
    }
}

/// A PNG file's chunks, to be put together anew.
private struct PNGParts {
    private var chunks: [(type: [UInt8], data: [UInt8])] = []
    private let signature: [UInt8]

    /// Reads chunks as long as they are whole; their checksums do not count.
    init(_ file: [UInt8]) {
        signature = Array(file.prefix(8))
        var rest = file.dropFirst(8)
        while rest.count >= 12 {
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            guard length <= rest.count - 12 else { return }
            let type = Array(rest.dropFirst(4).prefix(4))
            chunks.append((type, Array(rest.dropFirst(8).prefix(length))))
            rest = rest.dropFirst(12 + length)
        }
    }

    /// The file, with right checksums.
    var bytes: [UInt8] {
        signature + chunks.flatMap { SampleBytes.chunk($0.type, $0.data) }
    }

    func data(_ type: String) -> [UInt8]? {
        chunks.first { $0.type == Array(type.utf8) }?.data
    }

    func replacing(_ type: String, by data: [UInt8]) -> [UInt8] {
        var parts = self
        for index in chunks.indices where chunks[index].type == Array(type.utf8) {
            parts.chunks[index].data = data
        }
        return parts.bytes
    }

    func inserting(_ type: String, _ data: [UInt8], before next: String) -> [UInt8] {
        var parts = self
        let place = chunks.firstIndex { $0.type == Array(next.utf8) } ?? chunks.endIndex
        parts.chunks.insert((Array(type.utf8), data), at: place)
        return parts.bytes
    }
}
