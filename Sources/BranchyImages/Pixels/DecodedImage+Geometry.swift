public import BranchyNet

extension DecodedImage {
    /// The picture at another size, antialiased, as Pillow's `resize` makes it.
    ///
    /// - Precondition: height and width are above 0.
    public func resized(
        height: Int, width: Int, interpolation: ImageGeometry.Interpolation = .bilinear
    ) -> DecodedImage {
        precondition(height > 0 && width > 0)
        return framed(
            ImageFraming(
                columns: SideFraming(0..<self.width, to: width),
                rows: SideFraming(0..<self.height, to: height)), interpolation)
    }

    /// A part of the picture; zeros where the part lies outside of it, as torchvision's `crop`.
    ///
    /// - Precondition: the part has rows and columns.
    public func cropped(to region: ImageRegion) -> DecodedImage {
        precondition(region.height > 0 && region.width > 0)
        let (rows, columns) = region.overlap(height: height, width: width)
        return mappingPlanes(height: region.height, width: region.width) { plane in
            var part = [UInt8](repeating: 0, count: region.height * region.width)
            for row in rows {
                let source = row * width + columns.lowerBound
                let target = (row - region.top) * region.width + columns.lowerBound - region.left
                part.replaceSubrange(
                    target..<target + columns.count, with: plane[source..<source + columns.count])
            }
            return part
        }
    }

    /// The middle of the picture; zeros around it where it is smaller, as torchvision's `CenterCrop`.
    ///
    /// - Precondition: height and width are above 0.
    public func centerCropped(height: Int, width: Int) -> DecodedImage {
        let rows = SideFraming(side: self.height, resizedTo: self.height, middle: height)
        let columns = SideFraming(side: self.width, resizedTo: self.width, middle: width)
        return cropped(
            to: ImageRegion(top: rows.start, left: columns.start, height: height, width: width))
    }

    /// The picture with left and right exchanged.
    public func mirrored() -> DecodedImage { upright(.upMirrored) }

    /// The picture set upright, if it lies in a certain way.
    public func upright(_ orientation: ImageOrientation) -> DecodedImage {
        let order = UprightOrder(orientation, width: width, height: height)
        return mappingPlanes(height: order.height, width: order.width) { order.applied(to: $0) }
    }

    /// A picture that comes of a framing of this one.
    func framed(
        _ framing: ImageFraming, _ interpolation: ImageGeometry.Interpolation
    ) -> DecodedImage {
        let resampler = Resampler(
            framing, of: ReducedSize(width: width, height: height), interpolation)
        return mappingPlanes(height: framing.rows.result, width: framing.columns.result) { plane in
            resampler.planes(of: plane, bytesPerPixel: 1, width: width)
        }
    }
}
