import CImageCodecs

extension ImageDecoder {
    /// Decodes a PNG file to red, green, blue and alpha.
    func decodePNG(_ contents: [UInt8], name: String) throws -> InterleavedRaster {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        return try contents.withUnsafeBytes { source in
            // Safety: libpng reads the contents between these two calls only.
            guard png_image_begin_read_from_memory(&image, source.baseAddress, source.count) != 0
            else { throw Self.damaged(name, cimage_png_message(&image)) }
            let (width, height) = (Int(image.width), Int(image.height))
            try check(width: width, height: height, name: name)
            // With alpha, so that libpng does not blend colours with a background.
            image.format = cimage_png_format_rgba()
            image.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
            var bytes = [UInt8](repeating: 0, count: 4 * width * height)
            // Safety: four bytes per pixel were allocated above, and a stride of 0 means no gap between rows.
            guard png_image_finish_read(&image, nil, &bytes, 0, nil) != 0
            else { throw Self.damaged(name, cimage_png_message(&image)) }
            return InterleavedRaster(width: width, height: height, bytesPerPixel: 4, bytes: bytes)
        }
    }

    /// Size and colour type of a PNG file; a palette counts as colour.
    static func headerOfPNG(_ contents: [UInt8], name: String) throws -> ImageHeader {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        return try contents.withUnsafeBytes { source in
            // Safety: libpng reads the contents within this call only.
            guard png_image_begin_read_from_memory(&image, source.baseAddress, source.count) != 0
            else { throw damaged(name, cimage_png_message(&image)) }
            return ImageHeader(
                width: Int(image.width), height: Int(image.height),
                channels: image.format & PNG_FORMAT_FLAG_COLOR == 0 ? .gray : .rgb)
        }
    }
}
