import BranchyImages

/// Changes of an image's colours, drawn anew in each epoch.
///
/// What torchvision calls `ColorJitter(brightness, contrast, saturation, hue)`: each of the four that
/// is not 0 happens once, in an order that is drawn too. Bytes are those that it makes of Pillow's
/// images. Gray images have neither saturation nor hue.
///
/// References: Howard, *Some Improvements on Deep Convolutional Neural Network Based Image
/// Classification*, 2013, section 3.
public struct ColorJitter: Hashable, Sendable {
    /// Brightness is multiplied by 1 − this to 1 + this, but not by less than 0; 0 ... 10.
    public let brightness: Double
    /// So is the difference of each pixel to the mean brightness; 0 ... 10.
    public let contrast: Double
    /// So is the difference of each pixel to its gray; 0 ... 10.
    public let saturation: Double
    /// The circle of hues is turned by up to so much of itself, either way; 0 ... 0.5.
    public let hue: Double

    /// Which numbers there may be, but for hue.
    package static let range = 0.0...10.0
    /// Which numbers there may be for hue.
    package static let hueRange = 0.0...0.5

    /// Describes changes.
    ///
    /// - Throws: ``DatasetError`` of code `invalidConfiguration` for a number out of its range.
    public init(
        brightness: Double = 0, contrast: Double = 0, saturation: Double = 0, hue: Double = 0
    ) throws {
        guard [brightness, contrast, saturation].allSatisfy(Self.range.contains),
            Self.hueRange.contains(hue)
        else {
            throw DatasetError(
                .invalidConfiguration,
                "colours varied by \(brightness), \(contrast), \(saturation) and \(hue); expected "
                    + "\(Self.range) three times, and \(Self.hueRange) for hue")
        }
        (self.brightness, self.contrast) = (brightness, contrast)
        (self.saturation, self.hue) = (saturation, hue)
    }

    /// One change, by its factor or its turn.
    package enum Change: Hashable, Sendable {
        case brightness(Float), contrast(Float), saturation(Float), hue(Float)
    }

    /// What happens to one image, in this order.
    func changes(using generator: inout SplitMix64) -> [Change] {
        let order = generator.permutation(of: 4)
        // All are drawn, so that one does not depend on whether there are others.
        let factors = [brightness, contrast, saturation].map { strength in
            Float(generator.uniform(in: max(0, 1 - strength)...1 + strength))
        }
        let turn = Float(generator.uniform(in: -hue...hue))
        let changes: [Change?] = [
            brightness > 0 ? .brightness(factors[0]) : nil,
            contrast > 0 ? .contrast(factors[1]) : nil,
            saturation > 0 ? .saturation(factors[2]) : nil, hue > 0 ? .hue(turn) : nil,
        ]
        return order.compactMap { changes[$0] }
    }
}

extension DecodedImage {
    mutating func apply(_ change: ColorJitter.Change) {
        switch change {
        case .brightness(let factor): adjustBrightness(by: factor)
        case .contrast(let factor): adjustContrast(by: factor)
        case .saturation(let factor): adjustSaturation(by: factor)
        case .hue(let turn): adjustHue(by: turn)
        }
    }
}
