/// Thresholds, and what they did on the samples they were scored on.
///
/// On the data they were chosen by, these figures flatter: a report of what thresholds are worth
/// comes from data that chose nothing.
public struct OperatingPoint: Hashable, Sendable, Codable {
    /// One per early exit, in the score's units.
    public var thresholds: [Float]
    /// Accuracy on the calibration samples, 0 ... 1.
    public var accuracy: Double
    /// Share of the calibration samples that left at each exit; they add up to 1.
    public var exitRates: [Double]
    /// Mean cost of a sample, in the units of the costs that were handed in.
    public var cost: Double

    /// Share of the samples that left before the final exit.
    public var earlyExitRate: Double { exitRates.dropLast().reduce(0, +) }

    /// Describes a point.
    public init(thresholds: [Float], accuracy: Double, exitRates: [Double], cost: Double) {
        self.thresholds = thresholds
        self.accuracy = accuracy
        self.exitRates = exitRates
        self.cost = cost
    }
}
