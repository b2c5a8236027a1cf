import BranchyCompute

/// Digits drawn by this library's own code: a data set for those who have none at hand.
///
/// Each image is strokes of a pen, bent, slanted, scaled and shifted at random, drawn with a random
/// width into 28 by 28 gray pixels, with noise; some are partly covered or crossed by a line. Most
/// are easy and some are hard, as with handwriting, so that exits have something to tell apart.
///
/// An image is a function of the seed, the part and its number alone: more images never change the
/// first ones.
public enum DrawnDigits {
    /// `0` to `9`.
    public static let classNames = (0...9).map(String.init)

    /// Rows and columns of an image.
    public static let side = 28

    /// How many images there are to learn from, where nothing else is asked for.
    public static let defaultTrainCount = 26_000

    /// How many images there are to test on, where nothing else is asked for.
    public static let defaultTestCount = 10_000

    /// The largest number of images that one part can have.
    public static let countLimit = 10_000_000

    /// Draws both parts; no image of one is in the other.
    ///
    /// - Throws: ``DatasetError`` of code `invalidConfiguration` if a count is negative or above
    ///   ``countLimit``.
    public static func load(
        trainCount: Int = defaultTrainCount, testCount: Int = defaultTestCount, seed: UInt64 = 0
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        (
            try draw(count: trainCount, part: 0, seed: seed),
            try draw(count: testCount, part: 1, seed: seed)
        )
    }

    private static func draw(count: Int, part: UInt64, seed: UInt64) throws -> ImageDataset {
        guard (0...countLimit).contains(count) else {
            throw DatasetError(
                .invalidConfiguration,
                "\(count) drawn digits; expected 0 to \(countLimit)")
        }
        var pixels: [UInt8] = []
        var labels: [UInt8] = []
        pixels.reserveCapacity(count * side * side)
        labels.reserveCapacity(count)
        for index in 0..<count {
            var generator = SplitMix64(
                seed: seed, stream: RandomPurpose.drawing.rawValue, part, UInt64(index))
            let digit = generator.integer(below: 10)
            labels.append(UInt8(digit))
            pixels += DigitDrawing(of: digit, using: &generator).pixels
        }
        return try ImageDataset(
            name: "digits", imageShape: [1, side, side], classNames: classNames, pixels: pixels,
            labels: labels, namesClasses: false)
    }
}
