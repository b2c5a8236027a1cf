/// What the libraries decode to: all channels of one pixel, then of the next.
struct InterleavedRaster {
    /// The channels of a pixel; the number is how many bytes it takes.
    enum Layout: Int {
        case gray = 1
        case grayAlpha = 2
        /// Red, green, blue, and alpha, which is 255 or means nothing where there is none.
        case colour = 4
    }

    let width: Int
    let height: Int
    let layout: Layout
    private(set) var bytes: [UInt8]

    init(width: Int, height: Int, layout: Layout, bytes: [UInt8]) {
        precondition(bytes.count == layout.rawValue * width * height)
        (self.width, self.height, self.layout, self.bytes) = (width, height, layout, bytes)
    }

    /// Without alpha: gray where gray is wanted or all there is, colours otherwise.
    ///
    /// - Parameter background: what shows through where a pixel is transparent; without it, alpha is
    ///   dropped.
    func opaque(over background: ImageColor?, channels: ImageChannels) -> InterleavedRaster {
        switch layout {
        case .gray: self
        case .grayAlpha: grayOpaque(over: background, channels: channels)
        case .colour:
            if let background {
                channels == .gray
                    ? blended(over: background).asLuma : blended(over: background)
            } else {
                channels == .gray ? asLuma : self
            }
        }
    }

    private func grayOpaque(
        over background: ImageColor?, channels: ImageChannels
    ) -> InterleavedRaster {
        guard let background else { return replacing(.gray) { pixel in bytes[2 * pixel] } }
        let isGray = background.red == background.green && background.green == background.blue
        if channels == .gray || isGray {
            let luma = background.luma
            return replacing(.gray) { pixel in
                Self.blend(bytes[2 * pixel], over: luma, alpha: bytes[2 * pixel + 1])
            }
        }
        var colours: [UInt8] = []
        colours.reserveCapacity(bytes.count * 2)
        for pixel in 0..<width * height {
            colours += [UInt8](repeating: bytes[2 * pixel], count: 3) + [bytes[2 * pixel + 1]]
        }
        return InterleavedRaster(width: width, height: height, layout: .colour, bytes: colours)
            .blended(over: background)
    }

    private func blended(over background: ImageColor) -> InterleavedRaster {
        var result = self
        let colour = [background.red, background.green, background.blue]
        for pixel in stride(from: 0, to: bytes.count, by: 4) {
            let alpha = bytes[pixel + 3]
            guard alpha < 255 else { continue }
            for channel in 0..<3 {
                result.bytes[pixel + channel] = Self.blend(
                    bytes[pixel + channel], over: colour[channel], alpha: alpha)
            }
        }
        return result
    }

    /// As Pillow pastes through a mask.
    private static func blend(_ byte: UInt8, over background: UInt8, alpha: UInt8) -> UInt8 {
        let sum = Int(byte) * Int(alpha) + Int(background) * (255 - Int(alpha)) + 128
        return UInt8(truncatingIfNeeded: (sum >> 8 + sum) >> 8)
    }

    private var asLuma: InterleavedRaster {
        bytes.withUnsafeBufferPointer { bytes in
            // Safety: four bytes for each pixel, as the initializer checked.
            replacing(.gray) { pixel in
                ImageColor.luma(bytes[4 * pixel], bytes[4 * pixel + 1], bytes[4 * pixel + 2])
            }
        }
    }

    /// A picture of one byte per pixel.
    @inline(__always)
    private func replacing(
        _ layout: Layout, _ byte: (_ pixel: Int) -> UInt8
    ) -> InterleavedRaster {
        let bytes = [UInt8](unsafeUninitializedCapacity: width * height) { target, count in
            for pixel in 0..<width * height {
                target.initializeElement(at: pixel, to: byte(pixel))
            }
            count = width * height
        }
        return InterleavedRaster(width: width, height: height, layout: layout, bytes: bytes)
    }

    /// The picture set upright.
    ///
    /// - Precondition: there is no alpha left in a picture of grays.
    func upright(_ orientation: ImageOrientation) -> InterleavedRaster {
        guard orientation != .up else { return self }
        precondition(layout != .grayAlpha)
        let order = UprightOrder(orientation, width: width, height: height)
        let bytes = bytes.withUnsafeBytes { bytes in
            layout == .gray
                ? order.applied(to: bytes.bindMemory(to: UInt8.self))
                : order.applied(to: bytes.bindMemory(to: UInt32.self))
                    .withUnsafeBytes { [UInt8]($0) }
        }
        return InterleavedRaster(
            width: order.width, height: order.height, layout: layout, bytes: bytes)
    }

    /// The planes of one or three channels; gray is all three.
    ///
    /// - Precondition: there is no alpha left, and colours are not asked for as gray.
    func planes(_ channels: ImageChannels) -> [UInt8] {
        if layout == .gray { return channels == .gray ? bytes : bytes + bytes + bytes }
        precondition(layout == .colour && channels == .rgb)
        let plane = width * height
        return [UInt8](unsafeUninitializedCapacity: 3 * plane) { target, count in
            bytes.withUnsafeBufferPointer { bytes in
                // Safety: four bytes for each pixel, as the initializer checked.
                for pixel in 0..<plane {
                    target.initializeElement(at: pixel, to: bytes[4 * pixel])
                    target.initializeElement(at: plane + pixel, to: bytes[4 * pixel + 1])
                    target.initializeElement(at: 2 * plane + pixel, to: bytes[4 * pixel + 2])
                }
            }
            count = 3 * plane
        }
    }
}
