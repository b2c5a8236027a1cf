import BranchyImages
import Foundation
import TestSupport
import Testing

/// Files for the tests of this target.
enum SampleImages {
    static func bytes(_ base64: String) throws -> [UInt8] {
        Array(try #require(Data(base64Encoded: base64)))
    }

    static func littleEndian(_ number: Int, _ byteCount: Int) -> [UInt8] {
        (0..<byteCount).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    /// Exif data that state an orientation, without what stands before them in JPEG files.
    static func exif(
        _ value: Int, isBigEndian: Bool = false, type: Int = 3, tag: Int = 0x112
    ) -> [UInt8] {
        func number(_ number: Int, _ byteCount: Int) -> [UInt8] {
            let bytes = littleEndian(number, byteCount)
            return isBigEndian ? bytes.reversed() : bytes
        }
        let valueByteCount = type == 1 ? 1 : type == 3 ? 2 : 4
        return Array((isBigEndian ? "MM" : "II").utf8) + number(42, 2) + number(8, 4)
            + number(2, 2)
            // Something else first: the resolution's unit.
            + number(0x128, 2) + number(3, 2) + number(1, 4) + number(2, 2) + [0, 0]
            + number(tag, 2) + number(type, 2) + number(1, 4) + number(value, valueByteCount)
            + [UInt8](repeating: 0, count: 4 - valueByteCount) + number(0, 4)
    }

    /// A PNG file with a chunk before its pixels.
    static func png(_ file: [UInt8], with chunk: String, _ data: [UInt8]) -> [UInt8] {
        Array(file[..<33]) + SampleBytes.chunk(chunk, data) + Array(file[33...])
    }

    /// A JPEG file with Exif data right behind its first marker.
    static func jpeg(_ file: [UInt8], withExif exif: [UInt8]) -> [UInt8] {
        let data = Array("Exif\0\0".utf8) + exif
        let length = data.count + 2
        return Array(file[..<2]) + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + data
            + Array(file[2...])
    }

    /// A Windows bitmap.
    static func bmp(
        width: Int, height: Int, bits: Int, compression: Int = 0, extra: [UInt8] = [],
        palette: [UInt8] = [], _ pixels: [UInt8]
    ) -> [UInt8] {
        let start = 54 + extra.count + palette.count
        return Array("BM".utf8) + littleEndian(start + pixels.count, 4) + littleEndian(0, 4)
            + littleEndian(start, 4) + littleEndian(40, 4) + littleEndian(width, 4)
            + littleEndian(height, 4) + littleEndian(1, 2) + littleEndian(bits, 2)
            + littleEndian(compression, 4) + [UInt8](repeating: 0, count: 12)
            + littleEndian(palette.count / 4, 4) + littleEndian(0, 4) + extra + palette + pixels
    }
}

/// What a call throws, if it is what this library guarantees to throw.
///
/// Call it outside of `#expect`: within another closure, Swift 6.3.1 runs the closure of a macro's
/// argument in place of the one after it.
func imageError(_ body: () throws -> Void) -> ImageError? {
    do {
        try body()
        return nil
    } catch {
        return error as? ImageError
    }
}
