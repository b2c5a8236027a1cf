extension EncodedImage {
    /// Decodes a Windows bitmap to gray, or to red, green, blue and alpha.
    func decodeBMP() throws(ImageError) -> InterleavedRaster {
        let header = try BMPHeader(contents)
        let rowByteCount = header.rowByteCount
        // The last row may end without filling up its unit. Checked before memory is taken.
        let needed =
            header.start + rowByteCount * (header.height - 1)
            + (header.width * header.bitsPerPixel + 7) / 8
        guard header.height > 0, needed <= contents.count else { throw BMPHeader.damaged }
        let layout: InterleavedRaster.Layout = header.isGray ? .gray : .colour
        var bytes: [UInt8] = []
        bytes.reserveCapacity(layout.rawValue * header.width * header.height)
        let pixel = BMPPixel(header)
        for row in 0..<header.height {
            let place = header.isTopFirst ? row : header.height - 1 - row
            let line = contents[(header.start + rowByteCount * place)...]
            for column in 0..<header.width {
                let colour = pixel.colour(at: column, in: line)
                if layout == .gray {
                    bytes.append(colour[0])
                } else {
                    for channel in 0..<4 { bytes.append(colour[channel]) }
                }
            }
        }
        return InterleavedRaster(
            width: header.width, height: header.height, layout: layout, bytes: bytes)
    }

    /// Size and colour type of a Windows bitmap; a palette of nothing but grays counts as gray.
    static func headerOfBMP(_ contents: [UInt8]) throws(ImageError) -> ImageHeader {
        let header = try BMPHeader(contents)
        return ImageHeader(
            width: header.width, height: header.height, channels: header.isGray ? .gray : .rgb)
    }
}

/// How a pixel of a bitmap becomes red, green, blue and alpha.
private struct BMPPixel {
    private let bits: Int
    private let palette: [SIMD4<UInt8>]
    private let fields: [(shift: Int, largest: Int)]

    init(_ header: BMPHeader) {
        bits = header.bitsPerPixel
        let colours = header.palette.map { SIMD4($0[0], $0[1], $0[2], 255) }
        let black = SIMD4<UInt8>(0, 0, 0, 255)
        let missing = bits > 8 ? 0 : 1 << bits - colours.count
        palette = colours + [SIMD4<UInt8>](repeating: black, count: missing)
        fields = header.masks.map { mask in
            mask == 0
                ? (0, 0) : (mask.trailingZeroBitCount, mask >> mask.trailingZeroBitCount)
        }
    }

    /// - Parameter line: begins with the row that the pixel is in, which is whole.
    func colour(at column: Int, in line: ArraySlice<UInt8>) -> SIMD4<UInt8> {
        let start = line.startIndex + column * bits / 8
        switch bits {
        case 24: return SIMD4(line[start + 2], line[start + 1], line[start], 255)
        case 16: return colour(Int(line[start]) | Int(line[start + 1]) << 8)
        case 32:
            let low = Int(line[start]) | Int(line[start + 1]) << 8
            return colour(low | Int(line[start + 2]) << 16 | Int(line[start + 3]) << 24)
        default:
            let shift = 8 - bits - column * bits % 8
            return palette[Int(line[start]) >> shift & (1 << bits - 1)]
        }
    }

    private func colour(_ number: Int) -> SIMD4<UInt8> {
        var colour = SIMD4<UInt8>(0, 0, 0, 255)
        for (channel, field) in fields.enumerated() where field.largest > 0 {
            // As Pillow, rounded down.
            let part = number >> field.shift & field.largest
            colour[channel] = UInt8(truncatingIfNeeded: part * 255 / field.largest)
        }
        return colour
    }
}
