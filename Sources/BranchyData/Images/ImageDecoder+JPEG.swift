import CImageCodecs

extension ImageDecoder {
    /// Decodes a JPEG file to red, green and blue.
    func decodeJPEG(_ contents: [UInt8], name: String) throws -> InterleavedRaster {
        let decoder = try Self.makeDecoder(name: name)
        defer { tjDestroy(decoder) }
        let header = try Self.header(of: contents, decoder, name: name)
        let (width, height) = (header.width, header.height)
        try check(width: width, height: height, name: name)
        var bytes = [UInt8](repeating: 0, count: 3 * width * height)
        // A file that decodes with a warning is one that ends early or has damaged blocks; what
        // is missing would be gray. A limit on scans keeps small files from taking minutes.
        let flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
        // Safety: three bytes per pixel were allocated above for the size that is asked for.
        let status = tjDecompress2(
            decoder, contents, UInt(contents.count), &bytes, Int32(width), 0, Int32(height),
            Int32(TJPF_RGB.rawValue), flags)
        guard status == 0 else { throw Self.damaged(name, tjGetErrorStr2(decoder)) }
        return InterleavedRaster(width: width, height: height, bytesPerPixel: 3, bytes: bytes)
    }

    /// Size and colour type of a JPEG file.
    static func headerOfJPEG(_ contents: [UInt8], name: String) throws -> ImageHeader {
        let decoder = try makeDecoder(name: name)
        defer { tjDestroy(decoder) }
        return try header(of: contents, decoder, name: name)
    }

    private static func makeDecoder(name: String) throws -> tjhandle {
        guard let decoder = tjInitDecompress() else {
            throw DatasetError(.unreadableFile, file: name, "no memory to decode it")
        }
        return decoder
    }

    private static func header(
        of contents: [UInt8], _ decoder: tjhandle, name: String
    ) throws -> ImageHeader {
        var (width, height, subsampling, colors): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        let status = tjDecompressHeader3(
            decoder, contents, UInt(contents.count), &width, &height, &subsampling, &colors)
        guard status == 0 else { throw damaged(name, tjGetErrorStr2(decoder)) }
        guard colors != Int32(TJCS_CMYK.rawValue), colors != Int32(TJCS_YCCK.rawValue) else {
            throw DatasetError(
                .unsupportedFormat, file: name, "is a JPEG file for print",
                expected: "gray or RGB", found: "CMYK", remedy: "Convert it to RGB")
        }
        return ImageHeader(
            width: Int(width), height: Int(height),
            channels: colors == Int32(TJCS_GRAY.rawValue) ? .gray : .rgb)
    }
}
