import CImageCodecs

extension EncodedImage {
    /// Decodes a PNG file to the channels that it has, alpha included; 8 bits each.
    func decodePNG() throws(ImageError) -> InterleavedRaster {
        var image = try Self.pngDescription(contents)
        let layout: InterleavedRaster.Layout =
            image.has_color ? .colour : image.has_alpha ? .grayAlpha : .gray
        let (width, height) = (Int(image.width), Int(image.height))
        var bytes = [UInt8](repeating: 0, count: layout.rawValue * width * height)
        // Safety: as many bytes per pixel were allocated as `cimage_png_pixel_bytes` says.
        precondition(layout.rawValue == cimage_png_pixel_bytes(&image))
        guard cimage_png_read(contents, contents.count, &image, &bytes) else {
            throw Self.damaged(cimage_png_reason(&image))
        }
        return InterleavedRaster(width: width, height: height, layout: layout, bytes: bytes)
    }

    /// Size and colour type of a PNG file, as it lies; a palette counts as colour.
    static func headerOfPNG(_ contents: [UInt8]) throws(ImageError) -> ImageHeader {
        let image = try pngDescription(contents)
        return ImageHeader(
            width: Int(image.width), height: Int(image.height),
            channels: image.has_color ? .rgb : .gray)
    }

    private static func pngDescription(_ contents: [UInt8]) throws(ImageError) -> cimage_png {
        var image = cimage_png()
        guard cimage_png_read(contents, contents.count, &image, nil) else {
            throw damaged(cimage_png_reason(&image))
        }
        return image
    }

    /// How a PNG file's picture lies: what its first `eXIf` chunk says, wherever that stands.
    static func orientationOfPNG(_ contents: [UInt8]) -> ImageOrientation {
        let file = FilePart(contents, isBigEndian: true)
        var position = ImageFormat.pngSignature.count
        while let length = file.number(at: position, byteCount: 4), length < 1 << 31 {
            if file.has("eXIf".utf8, at: position + 4) {
                return ExifOrientation.orientation(
                    in: file.part(from: position + 8, byteCount: length))
            }
            position += 12 + length
        }
        return .up
    }
}
