/// How a picture that was made smaller while it was decoded lies on its own pixels.
struct ReducedSize {
    /// One side.
    struct Side {
        /// How many pixels there are.
        let length: Int
        /// How many pixels of the picture each of them stands for.
        let reduction: Int
        /// Where the picture begins. The last pixel may stand for less than the others; where a side
        /// was turned around since, that is the first one.
        let origin: Double

        /// - Parameters:
        ///   - original: how long the side is in the picture's own pixels.
        ///   - isReversed: whether it was turned around after it was made shorter.
        init(original: Int, reduction: Int, isReversed: Bool) {
            self.reduction = reduction
            length = (original + reduction - 1) / reduction
            origin = isReversed ? Double(length) - Double(original) / Double(reduction) : 0
        }

        /// Where a part of the picture is.
        func part(_ part: Range<Int>) -> (start: Double, end: Double) {
            (
                origin + Double(part.lowerBound) / Double(reduction),
                origin + Double(part.upperBound) / Double(reduction)
            )
        }
    }

    let columns: Side
    let rows: Side

    /// - Parameters:
    ///   - width: of the upright picture, in its own pixels, and so the height.
    ///   - reduction: 1 where it was not made smaller.
    ///   - orientation: what was done to set it upright since.
    init(width: Int, height: Int, reduction: Int = 1, orientation: ImageOrientation = .up) {
        columns = Side(
            original: width, reduction: reduction, isReversed: orientation.runsAgainstRows)
        rows = Side(
            original: height, reduction: reduction, isReversed: orientation.runsAgainstColumns)
    }
}
