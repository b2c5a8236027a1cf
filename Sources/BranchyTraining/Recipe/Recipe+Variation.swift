package import BranchyCompute
public import BranchyData

extension Recipe {
    /// How colours change while training, as torchvision's `ColorJitter` changes them.
    public struct ColorJitterRecipe: Hashable, Sendable, Codable {
        /// Brightness is multiplied by 1 − this to 1 + this, 0 ... 10.
        public var brightness = 0.0
        /// So is the difference of each pixel to the mean brightness, 0 ... 10.
        public var contrast = 0.0
        /// So is the difference of each pixel to its gray, 0 ... 10.
        public var saturation = 0.0
        /// The circle of hues is turned by up to so much of itself, 0 ... 0.5.
        public var hue = 0.0

        /// No changes.
        public init() {}
    }

    /// Which part of an image is painted over while training, as torchvision's `RandomErasing`.
    public struct ErasingRecipe: Hashable, Sendable, Codable {
        /// How likely an image has such a part, 0 ... 1.
        public var probability = 0.0
        /// Smallest and largest share of the area, 0 ... 1.
        public var scale = [0.02, 0.33]
        /// Smallest and largest height by width, above 0.
        public var ratio = [0.3, 3.3]
        /// What the network reads there: a number, or `random` ones.
        public var value = RandomErasing.Filling.number(0)

        /// Nothing is painted over.
        public init() {}
    }
}

extension Recipe.DataRecipe {
    /// How each training image is varied.
    func augmentation(seed: UInt64) throws -> Augmentation {
        try Augmentation(
            maximumShift: shift, flips: flip,
            crops: cropArea < 1 ? RandomResizedCrop(areas: cropArea...1) : nil,
            jitter: colorJitter == .init()
                ? nil
                : ColorJitter(
                    brightness: colorJitter.brightness, contrast: colorJitter.contrast,
                    saturation: colorJitter.saturation, hue: colorJitter.hue),
            erasing: erasing.probability > 0
                ? RandomErasing(
                    probability: erasing.probability, areas: erasing.scale[0]...erasing.scale[1],
                    ratios: erasing.ratio[0]...erasing.ratio[1], filling: erasing.value) : nil,
            seed: seed)
    }

    /// What pictures are brought to before parts of them take their place, for inputs `[C, H, W]`; `nil`
    /// where the whole is read, or files are cut as they are.
    ///
    /// A part of a quarter of the picture then has a pixel for each that is read. Those that have the
    /// input's size already stay as they are.
    package func cropShape(for shape: Shape) -> Shape? {
        guard cropArea < 1, cropSource == .resized else { return nil }
        return geometry == nil ? shape : [shape[0], 2 * shape[1], 2 * shape[2]]
    }

    /// Whether the images of a batch are mixed with one another.
    var mixesImages: Bool { mixup > 0 || cutmix > 0 }

    /// How they are; `nil` where they stay apart.
    func mixing(seed: UInt64) throws -> BatchMixing? {
        try mixesImages ? BatchMixing(mixup: mixup, cutMix: cutmix, seed: seed) : nil
    }
}

extension RandomErasing.Filling: Codable {
    private static let random = "random"

    /// Reads a number, or `random`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Float.self) {
            self = .number(number)
        } else if let word = try? container.decode(String.self), word == Self.random {
            self = .noise
        } else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected a number, or \(Self.random)")
        }
    }

    /// Writes it as it is read.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .noise: try container.encode(Self.random)
        }
    }
}
