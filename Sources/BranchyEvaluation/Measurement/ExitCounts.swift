import BranchyNet

/// How many samples left at each exit, and how many answers were right.
public struct ExitCounts: Hashable, Sendable, Codable {
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

    /// Counts a sample.
    ///
    /// - Parameters:
    ///   - answer: what the exit said where it left.
    ///   - exits: what every exit said.
    mutating func record(
        _ answer: ExitObservation, among exits: ArraySlice<ExitObservation>, label: Int
    ) {
        exited[answer.exit] += 1
        if answer.predictedClass == label { correct[answer.exit] += 1 }
        for exit in exits where exit.predictedClass == label { forcedCorrect[exit.exit] += 1 }
    }

    private static func share(_ part: Int, of whole: Int) -> Double? {
        whole == 0 ? nil : Double(part) / Double(whole)
    }
}

// MARK: - Intervals

extension ExitCounts {
    /// ``accuracy`` with its Wilson interval; `nil` without samples.
    public var accuracyInterval: Estimate? {
        Estimate(wilson: correct.reduce(0, +), of: samples)
    }

    /// ``exitRates`` with their Wilson intervals; `nil` without samples.
    public var exitRateIntervals: [Estimate?] {
        exited.map { Estimate(wilson: $0, of: samples) }
    }

    /// ``exitedAccuracy`` with its Wilson intervals; `nil` where nobody left.
    public var exitedAccuracyIntervals: [Estimate?] {
        zip(correct, exited).map { Estimate(wilson: $0, of: $1) }
    }

    /// ``forcedAccuracy`` with its Wilson intervals; `nil` without samples.
    public var forcedAccuracyIntervals: [Estimate?] {
        forcedCorrect.map { Estimate(wilson: $0, of: samples) }
    }
}
