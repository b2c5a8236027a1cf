import CImageCodecs

extension EncodedImage {
    /// Decodes a WebP file to red, green, blue and alpha.
    func decodeWebP() throws(ImageError) -> InterleavedRaster {
        let (width, height) = (storedHeader.width, storedHeader.height)
        let rowByteCount = InterleavedRaster.Layout.colour.rawValue * width
        var bytes = [UInt8](repeating: 0, count: rowByteCount * height)
        // Safety: libwebp writes rows of so many bytes, as many as there are pixels in the header,
        // and is told how much memory there is.
        let result = bytes.withUnsafeMutableBufferPointer { target in
            WebPDecodeRGBAInto(
                contents, contents.count, target.baseAddress, target.count, Int32(rowByteCount))
        }
        guard result != nil else { throw Self.damaged("its pixels cannot be decoded") }
        return InterleavedRaster(width: width, height: height, layout: .colour, bytes: bytes)
    }

    /// Size of a WebP file, as it lies; it is always in colour.
    static func headerOfWebP(_ contents: [UInt8]) throws(ImageError) -> ImageHeader {
        var features = WebPBitstreamFeatures()
        guard WebPGetFeatures(contents, contents.count, &features) == VP8_STATUS_OK else {
            throw damaged("its header cannot be read")
        }
        guard features.has_animation == 0 else {
            throw ImageError(
                .unsupportedFormat, "is a WebP file that moves", expected: "one picture",
                found: "an animation", remedy: "Save one of its pictures")
        }
        return ImageHeader(
            width: Int(features.width), height: Int(features.height), channels: .rgb)
    }

    /// How a WebP file's picture lies: what its first `EXIF` chunk says.
    static func orientationOfWebP(_ contents: [UInt8]) -> ImageOrientation {
        let file = FilePart(contents, isBigEndian: false)
        var position = 12
        while let length = file.number(at: position + 4, byteCount: 4) {
            if file.has("EXIF".utf8, at: position) {
                return ExifOrientation.orientation(
                    in: file.part(from: position + 8, byteCount: length))
            }
            // Chunks begin at even places.
            position += 8 + length + length % 2
        }
        return .up
    }
}
