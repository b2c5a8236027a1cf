public import BranchyCompute

/// The channels of an image; alpha does not count.
public enum ImageChannels: Hashable, Sendable {
    /// One channel of brightness.
    case gray
    /// Red, green and blue.
    case rgb

    /// 1 or 3.
    public var count: Int { self == .gray ? 1 : 3 }
}

/// Size and colour type of an image file.
public struct ImageHeader: Hashable, Sendable, CustomStringConvertible {
    /// Pixels in a row.
    public let width: Int
    /// Rows of pixels.
    public let height: Int
    /// Which channels the file has; a palette counts as colour, but for one of grays in a BMP file,
    /// which has no other way to be gray.
    public let channels: ImageChannels

    /// The shape that the image is decoded to: `[1, height, width]` or `[3, height, width]`.
    public var shape: Shape { [channels.count, height, width] }

    /// The header of the picture turned on its side.
    var withSidesExchanged: ImageHeader {
        ImageHeader(width: height, height: width, channels: channels)
    }

    /// Such as `32 x 32 pixels in RGB`.
    public var description: String {
        "\(width) x \(height) pixels in \(channels == .gray ? "gray" : "RGB")"
    }
}
