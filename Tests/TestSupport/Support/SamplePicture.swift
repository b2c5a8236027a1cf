import Foundation

/// Whole files of every format that is read, of 8 x 6 pixels.
package enum SamplePicture: String, CaseIterable, Sendable {
    case jpeg, png, webp, bmp

    /// What names of such files end in.
    package var ending: String { self == .jpeg ? "jpg" : rawValue }

    /// The file. JPEG and WebP were written by Pillow 12: 48 random grays, `quality=60` and
    /// `lossless=True`.
    package var bytes: [UInt8] {
        switch self {
        case .jpeg: Self.decode(Self.jpegText)
        case .webp: Self.decode(Self.webpText)
        case .png: SampleBytes.png(Self.grays, width: 8, height: 6, channels: 1)
        case .bmp: Self.bmpBytes
        }
    }

    /// The file, spoilt.
    package func bytes(_ damage: Damage) -> [UInt8] {
        var bytes = bytes
        switch damage {
        case .empty: return []
        case .cutInHeader: return Array(bytes.prefix(16))
        case .cutInData: return Array(bytes.dropLast(24))
        case .wrongContent: return Array("<!DOCTYPE html><title>404</title>".utf8)
        case .garbageInTheMiddle:
            let start = bytes.count - bytes.count / 3
            for index in start..<start + 12 { bytes[index] = 0xFF }
            return bytes
        }
    }

    /// What may be wrong with a file.
    package enum Damage: String, CaseIterable, Sendable {
        case empty, cutInHeader, cutInData, wrongContent, garbageInTheMiddle

        /// Whether it shows in a file of a format. PNG has checksums and JPEG markers; what stands in
        /// the middle of a WebP or BMP file makes other pixels, and is whole as it is.
        package func isDetectable(in picture: SamplePicture) -> Bool {
            self != .garbageInTheMiddle || [.png, .jpeg].contains(picture)
        }
    }

    private static let grays = (0..<48).map { UInt8($0 * 37 % 256) }

    /// 24 bits per pixel, the oldest rows first.
    private static var bmpBytes: [UInt8] {
        func word(_ number: Int) -> [UInt8] { SampleBytes.bigEndian(UInt32(number)).reversed() }
        let rows = grays.flatMap { [$0, $0, $0] }
        let header =
            word(40) + word(8) + word(6) + [1, 0, 24, 0] + word(0) + word(rows.count) + word(0)
            + word(0) + word(0) + word(0)
        return Array("BM".utf8) + word(54 + rows.count) + word(0) + word(54) + header + rows
    }

    private static func decode(_ text: String) -> [UInt8] {
        Data(base64Encoded: text).map(Array.init) ?? []
    }

    private static let jpegText = """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZG\
        NywtQFdBRkxOUlNSMj5aYVpQYEpRUk//wAALCAAGAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABwQAAMA\
        AwADAAAAAAAAAAAAAAECAwQREgUhUf/aAAgBAQAAPwBfIzTGnjTtS0yrUaYThxIv2WUNyrEFVI2T73r4w//Z
        """
    private static let webpText = """
        UklGRlwAAABXRUJQVlA4TE8AAAAvB0ABAIXTCACQqEFz6DACK1h0NmABmnVPdGagETmie4N3W8Dy7xHR/3DZ8ksD\
        b8823r9BtMQGpFQyheNvfexffMFgwt/0bulW5auVQYkOAA==
        """
}
