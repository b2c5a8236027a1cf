public import BranchyCompute
public import BranchyNet

extension EncodedImage {
    /// Decodes the image at its own size, set upright.
    ///
    /// - Parameters:
    ///   - channels: what it is decoded to; without it, to the channels that the file has.
    ///   - background: what shows through where pixels are transparent; without it, alpha is dropped.
    ///   - pixelLimit: how many pixels it may have; more are refused before memory is taken for
    ///     them, and above 2³⁰ whatever is allowed.
    /// - Throws: ``ImageError`` of code `limitExceeded` if it has too many pixels, `malformed` if it
    ///   is damaged or incomplete.
    public func decoded(
        to channels: ImageChannels? = nil, over background: ImageColor? = nil,
        pixelLimit: Int = usualPixelLimit
    ) throws(ImageError) -> DecodedImage {
        let channels = channels ?? header.channels
        return DecodedImage(
            try raster(channels, over: background, pixelLimit: pixelLimit), channels: channels)
    }

    /// The pixels that a network of an input shape reads.
    ///
    /// A JPEG file of many more pixels than are needed is decoded to a half, a quarter or an eighth
    /// of its size, as long as that leaves two pixels each way for each that is needed. Of ten
    /// photographs in six ways, bytes then differed from those of full decoding by 0.4 on average,
    /// 98.7 % of them by 2 or less, and none by more than 14. At full size none differs. Rows that
    /// are not needed are decoded as well: TurboJPEG skips none, and other formats are small.
    ///
    /// - Parameters:
    ///   - shape: `[1, height, width]` or `[3, height, width]`; colours become gray and the other way
    ///     round.
    ///   - geometry: how the picture becomes so large. Without it, the picture has to have exactly
    ///     this shape already.
    ///   - background: as of ``decoded(to:over:pixelLimit:)``.
    ///   - pixelLimit: as there. What counts is what is decoded to, which of a JPEG file may be less
    ///     than it has.
    /// - Returns: `[C, H, W]`, row-major.
    /// - Throws: ``ImageError`` of code `shapeMismatch` where the picture has another shape, or none
    ///   can be made of it, and those of ``decoded(to:over:pixelLimit:)``.
    public func pixels(
        for shape: Shape, geometry: ImageGeometry?, over background: ImageColor? = nil,
        pixelLimit: Int = usualPixelLimit
    ) throws(ImageError) -> [UInt8] {
        guard let geometry else {
            guard header.shape == shape else {
                throw ImageError(
                    .shapeMismatch, "has another size or other channels", expected: "\(shape)",
                    found: "\(header), which is \(header.shape)",
                    remedy: "Bring it to that size and colour type, or let it be resized")
            }
            return try decoded(over: background, pixelLimit: pixelLimit).pixels
        }
        if let objection = geometry.objection {
            throw ImageError(.shapeMismatch, "cannot be resized: \(objection)")
        }
        let target = try Target(shape)
        let framing = ImageFraming(
            geometry, width: header.width, height: header.height, to: target.size)
        return try pixels(
            framing, target.channels, geometry.interpolation, isMirrored: false, background,
            pixelLimit)
    }

    /// A part of the picture, made as large as a network's input: what training crops at random.
    ///
    /// As torchvision's `resized_crop`, nothing outside of the part is looked at.
    ///
    /// - Parameters:
    ///   - region: the part, in pixels of the upright picture.
    ///   - shape: as of ``pixels(for:geometry:over:pixelLimit:)``, and so the other parameters.
    ///   - isMirrored: whether left and right are exchanged then.
    ///   - interpolation: how pixels between others are computed.
    /// - Returns: `[C, H, W]`, row-major.
    /// - Throws: ``ImageError`` of code `shapeMismatch` where the part does not lie in the picture or
    ///   nothing of this shape can be made, and those of ``decoded(to:over:pixelLimit:)``.
    public func pixels(
        region: ImageRegion, resizedTo shape: Shape, mirrored isMirrored: Bool = false,
        interpolation: ImageGeometry.Interpolation = .bilinear,
        over background: ImageColor? = nil, pixelLimit: Int = usualPixelLimit
    ) throws(ImageError) -> [UInt8] {
        guard region.isInside(height: header.height, width: header.width) else {
            throw ImageError(
                .shapeMismatch, "has no such part", expected: "a part of \(header)",
                found: "\(region.width) x \(region.height) pixels at \(region.left), \(region.top)")
        }
        let target = try Target(shape)
        let framing = ImageFraming(
            columns: SideFraming(region.left..<region.left + region.width, to: target.size.width),
            rows: SideFraming(region.top..<region.top + region.height, to: target.size.height))
        return try pixels(
            framing, target.channels, interpolation, isMirrored: isMirrored, background, pixelLimit)
    }

    private func pixels(
        _ framing: ImageFraming, _ channels: ImageChannels,
        _ interpolation: ImageGeometry.Interpolation, isMirrored: Bool,
        _ background: ImageColor?, _ pixelLimit: Int
    ) throws(ImageError) -> [UInt8] {
        let reduction = format == .jpeg ? framing.reduction : 1
        let raster = try raster(
            channels, over: background, reduction: reduction, pixelLimit: pixelLimit)
        let resampler = Resampler(
            framing,
            of: ReducedSize(
                width: header.width, height: header.height, reduction: reduction,
                orientation: orientation), interpolation)
        let planes = raster.bytes.withUnsafeBufferPointer { bytes in
            resampler.planes(
                of: bytes, bytesPerPixel: raster.layout.rawValue, width: raster.width,
                isMirrored: isMirrored)
        }
        return raster.layout == .gray && channels == .rgb ? planes + planes + planes : planes
    }

    /// The picture upright, without alpha.
    private func raster(
        _ channels: ImageChannels, over background: ImageColor?, reduction: Int = 1, pixelLimit: Int
    ) throws(ImageError) -> InterleavedRaster {
        let kept = keepsCoefficients ? 1 : reduction
        try Self.check(
            width: (header.width + kept - 1) / kept, height: (header.height + kept - 1) / kept,
            limit: pixelLimit)
        let stored =
            switch format {
            case .png: try decodePNG()
            case .jpeg: try decodeJPEG(reduction: reduction)
            case .webp: try decodeWebP()
            case .bmp: try decodeBMP()
            }
        return stored.opaque(over: background, channels: channels).upright(orientation)
    }
}

/// A shape that pictures can be brought to.
private struct Target {
    let channels: ImageChannels
    let size: (height: Int, width: Int)

    init(_ shape: Shape) throws(ImageError) {
        guard shape.rank == 3, [1, 3].contains(shape[0]), (1...Self.largest).contains(shape[1]),
            (1...Self.largest).contains(shape[2])
        else {
            throw ImageError(
                .shapeMismatch, "cannot be resized",
                expected: "a shape of 1 or 3 channels and 1 to \(Self.largest) pixels a side",
                found: "\(shape)")
        }
        channels = shape[0] == 1 ? .gray : .rgb
        size = (shape[1], shape[2])
    }

    private static let largest = ImageGeometry.largestResize
}
