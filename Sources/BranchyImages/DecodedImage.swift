public import BranchyCompute

/// The pixels of one image file.
public struct DecodedImage: Hashable, Sendable {
    /// `[1, height, width]` or `[3, height, width]`.
    public let shape: Shape
    /// The pixels, 0 ... 255, channel by channel and row by row.
    public let pixels: [UInt8]

    init(_ raster: InterleavedRaster, channels: ImageChannels) {
        shape = [channels.count, raster.height, raster.width]
        switch channels {
        case .rgb: pixels = raster.planes
        case .gray: pixels = raster.isColour ? raster.luma : raster.channel(0)
        }
    }
}

/// What the libraries decode to: all channels of one pixel, then of the next.
struct InterleavedRaster {
    let width: Int
    let height: Int
    /// 1 for gray, 3 for red, green and blue; one more with alpha, which comes last.
    let bytesPerPixel: Int
    let bytes: [UInt8]

    var isColour: Bool { bytesPerPixel > 2 }

    /// Red, green and blue, a plane each; gray is all three.
    var planes: [UInt8] {
        guard isColour else {
            let gray = channel(0)
            return gray + gray + gray
        }
        return channel(0) + channel(1) + channel(2)
    }

    /// A plane as it is in the file.
    func channel(_ index: Int) -> [UInt8] {
        guard bytesPerPixel > 1 else { return bytes }
        return stride(from: index, to: bytes.count, by: bytesPerPixel).map { bytes[$0] }
    }

    /// ITU-R 601 luma in 16 bits of fraction, rounded: Pillow's numbers.
    var luma: [UInt8] {
        stride(from: 0, to: bytes.count, by: bytesPerPixel).map { pixel in
            let sum =
                Int(bytes[pixel]) * 19595 + Int(bytes[pixel + 1]) * 38470
                + Int(bytes[pixel + 2]) * 7471
            return UInt8((sum + 0x8000) >> 16)
        }
    }
}
