import CImageCodecs

extension EncodedImage {
    /// Decodes a JPEG file, as it lies, to one pixel for each square of so many.
    ///
    /// - Parameter reduction: 1, 2, 4 or 8: how many pixels a square has along each side.
    func decodeJPEG(reduction: Int = 1) throws(ImageError) -> InterleavedRaster {
        let decoder = try Self.makeDecoder()
        defer { tjDestroy(decoder) }
        let width = (storedHeader.width + reduction - 1) / reduction
        let height = (storedHeader.height + reduction - 1) / reduction
        let layout: InterleavedRaster.Layout = header.channels == .gray ? .gray : .colour
        let format = layout == .gray ? TJPF_GRAY : isForPrint ? TJPF_CMYK : TJPF_RGBX
        var bytes = [UInt8](repeating: 0, count: layout.rawValue * width * height)
        // A file that decodes with a warning is one that ends early or has damaged blocks; what
        // is missing would be gray. A limit on scans keeps small files from taking minutes.
        let flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
        // Safety: as many bytes per pixel were allocated above as the format has, for the size that
        // is asked for.
        let status = tjDecompress2(
            decoder, contents, UInt(contents.count), &bytes, Int32(width), 0, Int32(height),
            Int32(format.rawValue), flags)
        guard status == 0 else { throw Self.damaged(tjGetErrorStr2(decoder)) }
        if isForPrint { PrintColours.convert(&bytes) }
        return InterleavedRaster(width: width, height: height, layout: layout, bytes: bytes)
    }

    /// Size and colour type of a JPEG file, as it lies, and whether it is made for print.
    static func headerOfJPEG(
        _ contents: [UInt8]
    ) throws(ImageError) -> (header: ImageHeader, isForPrint: Bool) {
        let decoder = try makeDecoder()
        defer { tjDestroy(decoder) }
        var (width, height, subsampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        let status = tjDecompressHeader3(
            decoder, contents, UInt(contents.count), &width, &height, &subsampling, &colours)
        guard status == 0 else { throw damaged(tjGetErrorStr2(decoder)) }
        let header = ImageHeader(
            width: Int(width), height: Int(height),
            channels: colours == Int32(TJCS_GRAY.rawValue) ? .gray : .rgb)
        let isForPrint =
            colours == Int32(TJCS_CMYK.rawValue) || colours == Int32(TJCS_YCCK.rawValue)
        return (header, isForPrint)
    }

    private static func makeDecoder() throws(ImageError) -> tjhandle {
        guard let decoder = tjInitDecompress() else {
            throw ImageError(.outOfMemory, "cannot be decoded: there is no memory for it")
        }
        return decoder
    }
}
