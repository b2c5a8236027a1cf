import CImageCodecs

extension EncodedImage {
    /// Decodes a PNG file to the channels that it has, alpha included, so that libpng does not blend
    /// colours with a background; 8 bits each, palettes looked up.
    func decodePNG() throws(ImageError) -> InterleavedRaster {
        try Self.withPNG(contents) { image throws(ImageError) in
            let (width, height) = (Int(image.width), Int(image.height))
            image.format &= png_uint_32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA)
            image.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
            let bytesPerPixel =
                (image.format & png_uint_32(PNG_FORMAT_FLAG_COLOR) == 0 ? 1 : 3)
                + (image.format & png_uint_32(PNG_FORMAT_FLAG_ALPHA) == 0 ? 0 : 1)
            var bytes = [UInt8](repeating: 0, count: bytesPerPixel * width * height)
            // Safety: as many bytes per pixel were allocated as the format has, and a stride of 0
            // means no gap between rows.
            guard png_image_finish_read(&image, nil, &bytes, 0, nil) != 0 else {
                throw Self.damaged(cimage_png_message(&image))
            }
            return InterleavedRaster(
                width: width, height: height, bytesPerPixel: bytesPerPixel, bytes: bytes)
        }
    }

    /// Size and colour type of a PNG file; a palette counts as colour.
    static func headerOfPNG(_ contents: [UInt8]) throws(ImageError) -> ImageHeader {
        try withPNG(contents) { image throws(ImageError) in
            ImageHeader(
                width: Int(image.width), height: Int(image.height),
                channels: image.format & png_uint_32(PNG_FORMAT_FLAG_COLOR) == 0 ? .gray : .rgb)
        }
    }

    /// Lends a file to libpng, which has read its header then.
    private static func withPNG<Output>(
        _ contents: [UInt8], _ body: (inout png_image) throws(ImageError) -> Output
    ) throws(ImageError) -> Output {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        return try contents.withUnsafeBufferPointer { source throws(ImageError) in
            // Safety: libpng reads the contents up to the end of this closure only.
            guard png_image_begin_read_from_memory(&image, source.baseAddress, source.count) != 0
            else { throw damaged(cimage_png_message(&image)) }
            return try body(&image)
        }
    }
}
