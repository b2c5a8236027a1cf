import CImageCodecs

extension EncodedImage {
    /// Decodes a JPEG file to gray, or to red, green and blue, as it is.
    func decodeJPEG() throws(ImageError) -> InterleavedRaster {
        let decoder = try Self.makeDecoder()
        defer { tjDestroy(decoder) }
        let (width, height, count) = (header.width, header.height, header.channels.count)
        var bytes = [UInt8](repeating: 0, count: count * width * height)
        // A file that decodes with a warning is one that ends early or has damaged blocks; what
        // is missing would be gray. A limit on scans keeps small files from taking minutes.
        let flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
        let format = header.channels == .gray ? TJPF_GRAY : TJPF_RGB
        // Safety: as many bytes per pixel were allocated above as the format has, for the size that
        // is asked for.
        let status = tjDecompress2(
            decoder, contents, UInt(contents.count), &bytes, Int32(width), 0, Int32(height),
            Int32(format.rawValue), flags)
        guard status == 0 else { throw Self.damaged(tjGetErrorStr2(decoder)) }
        return InterleavedRaster(width: width, height: height, bytesPerPixel: count, bytes: bytes)
    }

    /// Size and colour type of a JPEG file.
    static func headerOfJPEG(_ contents: [UInt8]) throws(ImageError) -> ImageHeader {
        let decoder = try makeDecoder()
        defer { tjDestroy(decoder) }
        var (width, height, subsampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        let status = tjDecompressHeader3(
            decoder, contents, UInt(contents.count), &width, &height, &subsampling, &colours)
        guard status == 0 else { throw damaged(tjGetErrorStr2(decoder)) }
        guard colours != Int32(TJCS_CMYK.rawValue), colours != Int32(TJCS_YCCK.rawValue) else {
            throw ImageError(
                .unsupportedFormat, "is a JPEG file for print", expected: "gray or RGB",
                found: "CMYK", remedy: "Convert it to RGB")
        }
        return ImageHeader(
            width: Int(width), height: Int(height),
            channels: colours == Int32(TJCS_GRAY.rawValue) ? .gray : .rgb)
    }

    private static func makeDecoder() throws(ImageError) -> tjhandle {
        guard let decoder = tjInitDecompress() else {
            throw ImageError(.outOfMemory, "cannot be decoded: there is no memory for it")
        }
        return decoder
    }
}
