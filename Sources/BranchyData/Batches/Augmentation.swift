import BranchyCompute
import BranchyImages

/// Varies each training image, another way in each epoch: a part of it takes the place of the whole,
/// its colours change, it moves by a few pixels, black coming in at the edges, it may be mirrored left
/// to right, and a rectangle of it may be painted over.
///
/// What torchvision calls `RandomResizedCrop(size)`, `ColorJitter(…)`, `RandomCrop(side, padding:
/// maximumShift)`, `RandomHorizontalFlip()`, and `RandomErasing(…)` on the normalized image. It is
/// padded with black pixels before it is normalized, not with zeros afterwards.
///
/// How an image is varied depends on the seed, the epoch and the image's index alone: not on the
/// batch it is in, nor on what was drawn before.
public struct Augmentation: Hashable, Sendable {
    /// What happens to one image.
    public struct Variation: Hashable, Sendable {
        /// How many pixels down; negative is up.
        public var rows: Int
        /// How many pixels to the right; negative is to the left.
        public var columns: Int
        /// Whether it is mirrored left to right, once it has moved.
        public var isMirrored: Bool

        /// A shift down and to the right, perhaps mirrored.
        public init(rows: Int, columns: Int, isMirrored: Bool = false) {
            self.rows = rows
            self.columns = columns
            self.isMirrored = isMirrored
        }

        /// The image stays as it is.
        public static let none = Variation(rows: 0, columns: 0)
    }

    /// How many pixels an image moves at most in each direction.
    public let maximumShift: Int
    /// Whether images are mirrored, one in two.
    public let flips: Bool
    /// Which parts take an image's place; `nil` for the whole of it.
    public let crops: RandomResizedCrop?
    /// How colours change; `nil` where they stay.
    public let jitter: ColorJitter?
    /// What is painted over; `nil` for nothing.
    public let erasing: RandomErasing?
    /// What selects the variations.
    public let seed: UInt64

    /// Shifts of at most some pixels, and whatever else is asked for.
    ///
    /// - Throws: ``DatasetError`` of code `invalidConfiguration` if `maximumShift` is not within
    ///   0 and 1024.
    public init(
        maximumShift: Int, flips: Bool = false, crops: RandomResizedCrop? = nil,
        jitter: ColorJitter? = nil, erasing: RandomErasing? = nil, seed: UInt64
    ) throws {
        guard (0...1024).contains(maximumShift) else {
            throw DatasetError(
                .invalidConfiguration,
                "images shifted by up to \(maximumShift) pixels; expected 0 to 1024")
        }
        self.maximumShift = maximumShift
        self.flips = flips
        self.crops = crops
        self.jitter = jitter
        self.erasing = erasing
        self.seed = seed
    }

    /// What happens to one image in one epoch; all shifts within the maximum are equally likely,
    /// and independent of whether the image is mirrored.
    public func variation(epoch: Int, sample: Int) -> Variation {
        var shift = generator(.shift, epoch, sample)
        let positions = 2 * maximumShift + 1
        var variation = Variation(
            rows: shift.integer(below: positions) - maximumShift,
            columns: shift.integer(below: positions) - maximumShift)
        if flips {
            var flip = generator(.flip, epoch, sample)
            variation.isMirrored = flip.integer(below: 2) == 1
        }
        return variation
    }

    /// The part of an image of a size that takes its place in one epoch; `nil` for the whole.
    func region(epoch: Int, sample: Int, width: Int, height: Int) -> ImageRegion? {
        guard let crops else { return nil }
        var generator = generator(.crop, epoch, sample)
        return crops.region(width: width, height: height, using: &generator)
    }

    /// What happens to the colours of an image in one epoch, in this order.
    package func colorChanges(epoch: Int, sample: Int) -> [ColorJitter.Change] {
        guard let jitter else { return [] }
        var generator = generator(.jitter, epoch, sample)
        return jitter.changes(using: &generator)
    }

    /// Paints a part of an image over as one epoch has it, in floats of a shape that begin at a place.
    func erase(
        _ images: inout MutableSpan<Float>, at start: Int, shape: Shape, epoch: Int, sample: Int
    ) {
        guard let erasing else { return }
        var generator = generator(.erasing, epoch, sample)
        erasing.erase(&images, at: start, shape: shape, using: &generator)
    }

    private func generator(_ purpose: RandomPurpose, _ epoch: Int, _ sample: Int) -> SplitMix64 {
        // Word by word: a list of words would be an allocation per image.
        SplitMix64(seed: seed)
            .substream(purpose.rawValue)
            .substream(UInt64(bitPattern: Int64(epoch)))
            .substream(UInt64(bitPattern: Int64(sample)))
    }
}
