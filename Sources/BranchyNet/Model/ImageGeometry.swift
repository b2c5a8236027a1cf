/// How a picture of any size becomes one of a network's input size: it is resized, and of the result
/// the middle is taken, as large as the input.
///
/// This only says what is to be done; `BranchyImages` does it. It follows torchvision
/// (`torchvision.transforms.v2`) on Pillow's images: `Resize` with antialiasing, which rounds the
/// longer side down, then `CenterCrop`, which pads with zeros where the picture is smaller.
///
///     let geometry = ImageGeometry(resize: 256)  // as most networks for 224x224 pixels evaluate
public struct ImageGeometry: Hashable, Sendable {
    /// How a pixel between others is computed. Where a picture becomes smaller, both widen their
    /// reach with it (antialiasing), so that every pixel counts.
    public enum Interpolation: String, CaseIterable, Hashable, Sendable, Codable {
        /// A triangle: two pixels each way.
        case bilinear
        /// Cubic curves of a parameter of -0.5, as Pillow's: four pixels each way.
        case bicubic
    }

    /// How long the shorter side is made, the longer one keeping the aspect; `nil` for a picture that
    /// is stretched to the height and width of the input.
    public var resize: Int?
    /// How pixels between others are computed.
    public var interpolation: Interpolation

    /// Describes a resizing.
    public init(resize: Int? = nil, interpolation: Interpolation = .bilinear) {
        self.resize = resize
        self.interpolation = interpolation
    }

    /// More than any network reads, and few enough that no length computed with it overflows.
    package static let largestResize = 1 << 14

    /// Why no picture can be resized like this, in words; `nil` where it can.
    package var objection: String? {
        guard let resize, !(1...Self.largestResize).contains(resize) else { return nil }
        return "geometry resizes the shorter side to \(resize), expected 1 to \(Self.largestResize)"
    }
}

extension ImageGeometry: Codable {
    private enum CodingKeys: String, CodingKey { case resize, interpolation }

    /// Reads a geometry; what is not said is as in ``init(resize:interpolation:)``.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(resize: try container.decodeIfPresent(Int.self, forKey: .resize))
        if let interpolation = try container.decodeIfPresent(
            Interpolation.self, forKey: .interpolation)
        {
            self.interpolation = interpolation
        }
        if let objection {
            throw DecodingError.dataCorruptedError(
                forKey: .resize, in: container, debugDescription: objection)
        }
    }
}
