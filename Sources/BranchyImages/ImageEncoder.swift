public import BranchyCompute
import CImageCodecs

/// Writes images as PNG files.
public enum ImageEncoder {
    /// An image as a PNG file of 8 bits per channel.
    ///
    /// - Parameters:
    ///   - pixels: `[C, H, W]` row-major, 0 ... 255.
    ///   - shape: of one channel (gray) or three (RGB).
    /// - Throws: ``ImageError`` of code `invalidPixels` where there are other channels, no pixels, or
    ///   not as many as the shape says.
    public static func png(
        _ pixels: some Collection<UInt8>, shape: Shape
    ) throws(ImageError) -> [UInt8] {
        let pixels = Array(pixels)
        guard shape.rank == 3, [1, 3].contains(shape[0]), pixels.count == shape.elementCount,
            !pixels.isEmpty
        else {
            throw ImageError(
                .invalidPixels, "cannot be encoded", expected: "pixels of 1 or 3 channels",
                found: "\(pixels.count) of shape \(shape)")
        }
        let plane = shape[1] * shape[2]
        let interleaved = (0..<plane).flatMap { place in
            (0..<shape[0]).map { pixels[$0 * plane + place] }
        }
        return try encode(interleaved, shape)
    }

    private static func encode(_ pixels: [UInt8], _ shape: Shape) throws(ImageError) -> [UInt8] {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        (image.width, image.height) = (png_uint_32(shape[2]), png_uint_32(shape[1]))
        image.format = shape[0] == 3 ? png_uint_32(PNG_FORMAT_FLAG_COLOR) : 0
        defer { png_image_free(&image) }
        var size: png_alloc_size_t = 0
        // Safety: a stride of 0 means no gap between rows, so as many bytes are read as there are
        // pixels. The first call writes nothing but the size, the second one so many bytes.
        guard png_image_write_to_memory(&image, nil, &size, 0, pixels, 0, nil) != 0 else {
            throw failure(image)
        }
        var file = [UInt8](repeating: 0, count: Int(size))
        guard png_image_write_to_memory(&image, &file, &size, 0, pixels, 0, nil) != 0 else {
            throw failure(image)
        }
        return Array(file.prefix(Int(size)))
    }

    private static func failure(_ image: png_image) -> ImageError {
        let reason = withUnsafePointer(to: image) { String(cString: cimage_png_message($0)) }
        return ImageError(.invalidPixels, "cannot be encoded (\(reason))")
    }
}
