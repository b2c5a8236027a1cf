public import BranchyCompute

/// The pixels of a picture: what an image file is decoded to, and what is done with them then.
///
/// What changes pixels follows what Pillow computes, to the bit, as torchvision's transforms of
/// Pillow's images do.
public struct DecodedImage: Hashable, Sendable {
    /// `[1, height, width]` or `[3, height, width]`.
    public let shape: Shape
    /// The pixels, 0 ... 255, channel by channel and row by row.
    public internal(set) var pixels: [UInt8]

    /// A picture of given pixels.
    ///
    /// - Parameters:
    ///   - shape: `[1, height, width]` or `[3, height, width]`.
    ///   - pixels: as many as the shape has.
    /// - Throws: ``ImageError`` of code `invalidPixels` where there are other channels, no pixels, or
    ///   not as many as the shape says.
    public init(shape: Shape, pixels: [UInt8]) throws(ImageError) {
        guard shape.rank == 3, [1, 3].contains(shape[0]), pixels.count == shape.elementCount,
            !pixels.isEmpty
        else {
            throw ImageError(
                .invalidPixels, "is none", expected: "pixels of 1 or 3 channels",
                found: "\(pixels.count) of shape \(shape)")
        }
        self.init(checked: shape, pixels)
    }

    init(checked shape: Shape, _ pixels: [UInt8]) {
        (self.shape, self.pixels) = (shape, pixels)
    }

    /// - Precondition: as ``InterleavedRaster/planes(_:)``.
    init(_ raster: InterleavedRaster, channels: ImageChannels) {
        shape = [channels.count, raster.height, raster.width]
        pixels = raster.planes(channels)
    }

    /// Rows of pixels.
    public var height: Int { shape[1] }
    /// Pixels in a row.
    public var width: Int { shape[2] }

    /// A picture whose planes are made of this one's planes, which have other sizes.
    func mappingPlanes(
        height: Int, width: Int, _ body: (UnsafeBufferPointer<UInt8>) -> [UInt8]
    ) -> DecodedImage {
        let plane = self.height * self.width
        let planes = pixels.withUnsafeBufferPointer { pixels in
            (0..<shape[0]).flatMap { channel in
                body(UnsafeBufferPointer(rebasing: pixels[channel * plane..<(channel + 1) * plane]))
            }
        }
        return DecodedImage(checked: [shape[0], height, width], planes)
    }
}
