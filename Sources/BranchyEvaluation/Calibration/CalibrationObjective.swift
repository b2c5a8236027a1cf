import BranchyNet

/// What is wanted of exit thresholds.
public enum CalibrationObjective: Hashable, Sendable {
    /// The cheapest whose accuracy is within one standard error of the best.
    case knee
    /// The most accurate, of these the cheapest.
    case mostAccurate
    /// The cheapest of at least an accuracy, 0 ... 1.
    case accuracy(atLeast: Double)
    /// The most accurate of at most a mean cost.
    case cost(atMost: Double)
    /// The most accurate at which at least a share leaves early, 0 ... 1.
    case earlyExitRate(atLeast: Double)

    /// Whether one point that fulfils the objective is better than another that does.
    func prefers(_ one: OperatingPoint, to other: OperatingPoint) -> Bool {
        switch self {
        case .knee, .accuracy: (one.cost, -one.accuracy) < (other.cost, -other.accuracy)
        case .mostAccurate, .cost, .earlyExitRate:
            (-one.accuracy, one.cost) < (-other.accuracy, other.cost)
        }
    }

    /// Whether one point that does not fulfil the objective comes nearer to it than another.
    func isNearer(_ one: OperatingPoint, than other: OperatingPoint) -> Bool {
        switch self {
        case .knee, .mostAccurate, .accuracy: one.accuracy > other.accuracy
        case .cost: one.cost < other.cost
        case .earlyExitRate: one.earlyExitRate > other.earlyExitRate
        }
    }
}
