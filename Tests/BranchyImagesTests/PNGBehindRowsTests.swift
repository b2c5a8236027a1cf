import BranchyImages
import TestSupport
import Testing

/// PNG files whose stream of pixels goes on behind the last row.
struct PNGBehindRowsTests {
    private static let pixels: [UInt8] = [1, 2, 3, 4]

    /// Two rows of two grays, and so many zeros behind them in the same stream, none compressed.
    private static func file(zeros count: Int) -> [UInt8] {
        let data = [0, 1, 2, 0, 3, 4] + [UInt8](repeating: 0, count: count)
        var stream: [UInt8] = [0x78, 0x01]
        for start in stride(from: 0, to: data.count, by: 60_000) {
            let block = data[start..<min(start + 60_000, data.count)]
            let size = UInt16(block.count)
            stream.append(start + 60_000 >= data.count ? 1 : 0)
            for half in [size, ~size] { stream += [UInt8(half & 255), UInt8(half >> 8)] }
            stream += block
        }
        let sums = data.reduce((UInt32(1), UInt32(0))) { sums, byte in
            let first = (sums.0 + UInt32(byte)) % 65_521
            return (first, (sums.1 + first) % 65_521)
        }
        let header =
            SampleBytes.bigEndian(2) + SampleBytes.bigEndian(2) + [8, 0, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + SampleBytes.chunk("IHDR", header)
            + SampleBytes.chunk("IDAT", stream + SampleBytes.bigEndian(sums.1 << 16 | sums.0))
            + SampleBytes.chunk("IEND", [])
    }

    /// Other readers pass over it too.
    @Test(arguments: [0, 1, 1_000, 50_000]) func aLittleIsPassedOver(count: Int) throws {
        #expect(try EncodedImage(Self.file(zeros: count)).decoded().pixels == Self.pixels)
    }

    /// A thousand times as much would be unpacked of what is compressed.
    @Test(arguments: [150_000, 1_000_000]) func whatWouldNotEndIsRefused(count: Int) throws {
        let image = try EncodedImage(Self.file(zeros: count))
        let error = #expect(throws: ImageError.self) { try image.decoded() }
        #expect(error?.code == .malformed)
        #expect(error?.message.contains("it goes on behind its last row") == true)
    }
}
