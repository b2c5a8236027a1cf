import BranchyNet

/// How many samples left at each exit, and how many answers were right.
public struct ExitCounts: Hashable, Sendable {
    /// Samples that left at each exit.
    public private(set) var exited: [Int]
    /// Right answers among them.
    public private(set) var correct: [Int]
    /// Right answers at each exit, had every sample been answered there.
    public private(set) var forcedCorrect: [Int]

    init(exitCount: Int) {
        exited = Array(repeating: 0, count: exitCount)
        correct = exited
        forcedCorrect = exited
    }

    /// How many samples there are.
    public var samples: Int { exited.reduce(0, +) }

    /// Share of right answers where each sample was answered where it left, 0 ... 1; `nil` without
    /// samples.
    public var accuracy: Double? { Self.share(correct.reduce(0, +), of: samples) }

    /// Share of the samples that left at each exit; they add up to 1. Zeros without samples.
    public var exitRates: [Double] { exited.map { Self.share($0, of: samples) ?? 0 } }

    /// Accuracy at each exit on the samples that left there; `nil` where nobody left.
    public var exitedAccuracy: [Double?] { zip(correct, exited).map(Self.share) }

    /// Accuracy at each exit on all samples; `nil` without samples.
    public var forcedAccuracy: [Double?] { forcedCorrect.map { Self.share($0, of: samples) } }

    /// The mean over the samples of what it costs to leave where each left; `nil` without samples.
    public func meanCost(_ costOfExit: [Double]) -> Double? {
        guard samples > 0 else { return nil }
        let total = zip(exited, costOfExit).reduce(0) { $0 + Double($1.0) * $1.1 }
        return total / Double(samples)
    }

    mutating func record(_ observation: ExitObservation, label: Int) {
        exited[observation.exit] += 1
        if observation.predictedClass == label { correct[observation.exit] += 1 }
    }

    mutating func recordForced(_ observation: ExitObservation, label: Int) {
        if observation.predictedClass == label { forcedCorrect[observation.exit] += 1 }
    }

    private static func share(_ part: Int, of whole: Int) -> Double? {
        whole == 0 ? nil : Double(part) / Double(whole)
    }
}
