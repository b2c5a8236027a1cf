/// Moves each training image by a few pixels, another way in each epoch; black comes in at the
/// edges.
///
/// How far an image moves depends on the seed, the epoch and the image's index alone: not on the
/// batch it is in, nor on what was drawn before.
public struct ShiftAugmentation: Hashable, Sendable {
    /// A distance in pixels.
    public struct Shift: Hashable, Sendable {
        /// How far down; negative is up.
        public var rows: Int
        /// How far to the right; negative is to the left.
        public var columns: Int

        /// A shift down and to the right.
        public init(rows: Int, columns: Int) {
            self.rows = rows
            self.columns = columns
        }

        /// The image stays where it is.
        public static let none = Shift(rows: 0, columns: 0)
    }

    /// How many pixels an image moves at most in each direction.
    public let maximumShift: Int
    /// What selects the shifts.
    public let seed: UInt64

    /// Shifts of at most some pixels.
    ///
    /// - Throws: ``DatasetError`` of code `invalidConfiguration` if `maximumShift` is not within
    ///   0 and 1024.
    public init(maximumShift: Int, seed: UInt64) throws {
        guard (0...1024).contains(maximumShift) else {
            throw DatasetError(
                .invalidConfiguration,
                "images shifted by up to \(maximumShift) pixels; expected 0 to 1024")
        }
        self.maximumShift = maximumShift
        self.seed = seed
    }

    /// How far one image moves in one epoch; all shifts within the maximum are equally likely.
    public func shift(epoch: Int, sample: Int) -> Shift {
        // Word by word: a list of words would be an allocation per image.
        var generator = SplitMix64(seed: seed)
            .substream(RandomPurpose.shift.rawValue)
            .substream(UInt64(bitPattern: Int64(epoch)))
            .substream(UInt64(bitPattern: Int64(sample)))
        let positions = 2 * maximumShift + 1
        return Shift(
            rows: generator.integer(below: positions) - maximumShift,
            columns: generator.integer(below: positions) - maximumShift)
    }
}
