import BranchyData
import BranchyNet

/// The candidate thresholds of every early exit, and from which of them on each sample leaves.
///
/// Candidates lie midway between neighbouring observed scores, so that a rounding of scores flips
/// nobody, with "nobody" and "everybody" at the ends. They are numbered from the most cautious on,
/// so a threshold vector is a number per early exit, and a sample leaves at the first exit whose
/// number has reached the sample's entry there.
struct ThresholdGrid: Sendable {
    /// By early exit, the most cautious first; the first of them lets nobody leave.
    let thresholds: [[Float]]
    /// By early exit and sample: the first candidate that lets it leave; as many as there are
    /// candidates where none does.
    let entries: [[Int32]]
    /// How many samples there are.
    let sampleCount: Int

    /// Bins the scores of a record.
    ///
    /// - Parameter limit: the most candidates of an exit, at least 2; where there are more, an even
    ///   choice of them.
    init(_ record: ExitRecord<CalibrationSplit>, score: ExitScore, limit: Int) {
        let values = (0..<record.exitCount - 1).map { exit in
            (0..<record.count).map { record.value(of: score, sample: $0, exit: exit) }
        }
        self.init(values, sampleCount: record.count, score: score, limit: limit)
    }

    /// Bins scores.
    ///
    /// - Parameters:
    ///   - values: by early exit and sample.
    ///   - limit: as above.
    init(_ values: [[Float]], sampleCount: Int, score: ExitScore, limit: Int) {
        self.sampleCount = sampleCount
        let thresholds = values.map { Self.candidates(among: $0, score: score, limit: limit) }
        self.thresholds = thresholds
        entries = zip(values, thresholds).map { values, thresholds in
            values.map { Self.entry(of: $0, among: thresholds, score: score) }
        }
    }

    /// The exit at which a sample leaves; the number of early exits for the final one.
    func exit(of sample: Int, under vector: [Int32]) -> Int {
        vector.indices.first { entries[$0][sample] <= vector[$0] } ?? vector.count
    }

    private static func candidates(
        among values: [Float], score: ExitScore, limit: Int
    ) -> [Float] {
        let distinct = Set(values.filter(\.isFinite)).sorted()
        // Between neighbouring floats there is no midpoint; the upper one still tells them apart.
        let midpoints = zip(distinct, distinct.dropFirst()).map {
            max($0 + ($1 - $0) / 2, $0.nextUp)
        }
        let thresholds =
            score.acceptsAbove
            ? [.infinity] + midpoints.reversed() + [0] : [0] + midpoints + [.infinity]
        guard thresholds.count > limit else { return thresholds }
        return (0..<limit).map { thresholds[$0 * (thresholds.count - 1) / (limit - 1)] }
    }

    /// By halving: whoever a candidate lets leave, the next one does too.
    private static func entry(of value: Float, among thresholds: [Float], score: ExitScore) -> Int32
    {
        var (low, high) = (0, thresholds.count)
        while low < high {
            let middle = (low + high) / 2
            if score.accepts(value, threshold: thresholds[middle]) {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return Int32(low)
    }
}
