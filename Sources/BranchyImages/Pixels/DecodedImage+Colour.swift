import BranchyCompute

/// Changes of colour, as torchvision's `ColorJitter` makes them in Pillow's images.
extension DecodedImage {
    /// Makes the picture darker (below 1) or brighter (above).
    ///
    /// - Precondition: the factor is finite and not below 0.
    public mutating func adjustBrightness(by factor: Float) {
        mapBytes { Self.blend(0, $0, factor) }
    }

    /// Moves every pixel towards the mean brightness (below 1) or away from it (above).
    ///
    /// - Precondition: as of ``adjustBrightness(by:)``.
    public mutating func adjustContrast(by factor: Float) {
        let sum = luma.reduce(0) { $0 + Int($1) }
        let mean = UInt8(Double(sum) / Double(width * height) + 0.5)
        mapBytes { Self.blend(mean, $0, factor) }
    }

    /// Moves every pixel towards gray (below 1) or away from it (above); gray pictures stay as they
    /// are.
    ///
    /// - Precondition: as of ``adjustBrightness(by:)``.
    public mutating func adjustSaturation(by factor: Float) {
        precondition(factor >= 0 && factor.isFinite)
        guard shape[0] == 3 else { return }
        let (luma, plane) = (luma, width * height)
        for channel in 0..<3 {
            for place in 0..<plane {
                let index = channel * plane + place
                pixels[index] = Self.blend(luma[place], pixels[index], factor)
            }
        }
    }

    /// Turns the circle of hues; gray pictures stay as they are.
    ///
    /// - Parameter turns: how far, -0.5 ... 0.5 of the circle.
    /// - Precondition: the turn is in that range.
    public mutating func adjustHue(by turns: Float) {
        precondition((-0.5...0.5).contains(turns))
        guard shape[0] == 3 else { return }
        // To whole steps of 255 of a circle, towards 0, as torchvision counts them.
        let steps = UInt8(truncatingIfNeeded: Int(Double(turns) * 255))
        let plane = width * height
        for place in 0..<plane {
            var colour = HueColour(
                red: pixels[place], green: pixels[plane + place], blue: pixels[2 * plane + place])
            colour.hue &+= steps
            let (red, green, blue) = colour.rgb
            pixels[place] = red
            pixels[plane + place] = green
            pixels[2 * plane + place] = blue
        }
    }

    /// Paints a rectangle, where it is in the picture.
    ///
    /// - Parameters:
    ///   - region: the rectangle; what of it lies outside of the picture does not count.
    ///   - colour: a byte for each channel.
    /// - Precondition: there are as many bytes as channels.
    public mutating func erase(_ region: ImageRegion, with colour: [UInt8]) {
        precondition(colour.count == shape[0])
        let (rows, columns) = region.overlap(height: height, width: width)
        for (channel, byte) in colour.enumerated() {
            for row in rows {
                for column in columns {
                    pixels[(channel * height + row) * width + column] = byte
                }
            }
        }
    }

    /// The brightness of each pixel.
    private var luma: [UInt8] {
        guard shape[0] == 3 else { return pixels }
        let plane = width * height
        return (0..<plane).map {
            ImageColor.luma(pixels[$0], pixels[plane + $0], pixels[2 * plane + $0])
        }
    }

    private mutating func mapBytes(_ byte: (UInt8) -> UInt8) {
        let table = (0...255).map { byte($0) }
        for place in pixels.indices { pixels[place] = table[Int(pixels[place])] }
    }

    /// From one byte at a factor of 0 to another at 1, and on beyond it, as Pillow's `blend`: in
    /// floats, cut off to whole numbers.
    @inline(__always)
    private static func blend(_ zero: UInt8, _ one: UInt8, _ factor: Float) -> UInt8 {
        precondition(factor >= 0 && factor.isFinite)
        let sum = Float(zero) + factor * Float(Int(one) - Int(zero))
        return sum <= 0 ? 0 : sum >= 255 ? 255 : UInt8(sum)
    }
}
