public import BranchyData
public import BranchyNet

/// Chooses exit thresholds on calibration data, by replaying what the exits said.
///
/// Candidate thresholds lie midway between neighbouring observed scores, so that a rounding of
/// scores flips nobody, with "nobody" and "everybody" at the ends. With one early exit every
/// candidate is tried; with several, an even choice of them, so that there are at most
/// ``candidateLimit`` combinations.
public struct ThresholdCalibrator: Sendable {
    /// The fewest samples that thresholds are chosen by.
    public static let minimumSampleCount = 100

    /// How many threshold vectors are scored at most.
    public static let candidateLimit = 20_000

    /// Every candidate with what it did.
    public let sweep: [OperatingPoint]

    /// The points that no other one beats in both accuracy and cost, cheapest first.
    public let front: [OperatingPoint]

    /// How many samples the candidates were scored on.
    public let sampleCount: Int

    /// Scores all candidates.
    ///
    /// - Parameters:
    ///   - record: what the exits said about the calibration images.
    ///   - score: what thresholds are compared with.
    ///   - costOfExit: the cost of leaving at each exit, branches on the way included: seconds,
    ///     multiply-accumulates, whatever is to be saved.
    /// - Throws: ``CalibrationError`` where there are fewer than ``minimumSampleCount`` samples or
    ///   no early exit.
    /// - Precondition: there is one cost per exit.
    public init(
        record: ExitRecord<CalibrationSplit>, score: ExitScore = .entropy, costOfExit: [Double]
    ) throws(CalibrationError) {
        precondition(costOfExit.count == record.exitCount, "one cost per exit")
        guard record.exitCount > 1 else {
            throw CalibrationError(
                .noChoice, "the network has one exit only: there is no threshold to choose")
        }
        guard record.count >= Self.minimumSampleCount else {
            throw CalibrationError(
                .tooFewSamples,
                "\(record.count) calibration samples of \(record.dataset), expected at least "
                    + "\(Self.minimumSampleCount)")
        }
        let replay = ThresholdReplay(record, score: score)
        sweep = replay.candidates(limit: Self.candidateLimit).map { thresholds in
            let counts = replay.counts(thresholds)
            let samples = Double(record.count)
            return OperatingPoint(
                thresholds: thresholds, accuracy: Double(counts.correct) / samples,
                exitRates: counts.exited.map { Double($0) / samples },
                cost: zip(counts.exited, costOfExit).reduce(0) { $0 + Double($1.0) * $1.1 }
                    / samples)
        }
        front = Self.front(of: sweep)
        sampleCount = record.count
    }

    private static func front(of points: [OperatingPoint]) -> [OperatingPoint] {
        // Of equals the first candidate stays: the most cautious thresholds.
        let byCost = points.enumerated().sorted {
            ($0.element.cost, -$0.element.accuracy, $0.offset)
                < ($1.element.cost, -$1.element.accuracy, $1.offset)
        }
        var front: [OperatingPoint] = []
        for (_, point) in byCost where point.accuracy > front.last?.accuracy ?? -1 {
            front.append(point)
        }
        return front
    }
}

// MARK: - Wishes

extension ThresholdCalibrator {
    /// The cheapest point whose accuracy is within one standard error of the best on the front.
    ///
    /// The standard error is that of the best accuracy, `√(p·(1 − p) / n)`: a difference that
    /// another sample of the same size could have made.
    public var knee: OperatingPoint {
        let best = bestAccuracy
        let standardError = (best * (1 - best) / Double(sampleCount)).squareRoot()
        return cheapest { $0.accuracy >= best - standardError } ?? front[front.count - 1]
    }

    /// The cheapest point of at least an accuracy, 0 ... 1.
    ///
    /// - Throws: ``CalibrationError/Code/impossibleWish`` where no point has it.
    public func point(accuracyAtLeast accuracy: Double) throws(CalibrationError) -> OperatingPoint {
        guard let point = cheapest(where: { $0.accuracy >= accuracy }) else {
            throw CalibrationError(
                .impossibleWish,
                "no thresholds reach an accuracy of \(accuracy) on the calibration images; the "
                    + "best is \(bestAccuracy)", nearest: front.last)
        }
        return point
    }

    /// The most accurate point of at most a cost.
    ///
    /// - Throws: ``CalibrationError/Code/impossibleWish`` where even the cheapest costs more.
    public func point(costAtMost cost: Double) throws(CalibrationError) -> OperatingPoint {
        guard let point = front.last(where: { $0.cost <= cost }) else {
            throw CalibrationError(
                .impossibleWish,
                "no thresholds bring the mean cost down to \(cost); the cheapest is "
                    + "\(front.first?.cost ?? 0)", nearest: front.first)
        }
        return point
    }

    /// The most accurate point at which at least a share of the samples leaves early, 0 ... 1.
    ///
    /// - Throws: ``CalibrationError/Code/impossibleWish`` where nothing makes so many leave.
    public func point(earlyExitRateAtLeast rate: Double) throws(CalibrationError) -> OperatingPoint
    {
        let fitting = sweep.filter { earlyExitRate(of: $0) >= rate }
        let best = fitting.max { ($0.accuracy, -$0.cost) < ($1.accuracy, -$1.cost) }
        guard let best else {
            let nearest = sweep.max { earlyExitRate(of: $0) < earlyExitRate(of: $1) }
            let most = nearest.map(earlyExitRate) ?? 0
            throw CalibrationError(
                .impossibleWish,
                "no thresholds let a share of \(rate) leave early; the most that can is \(most)",
                nearest: nearest)
        }
        return best
    }

    /// The share of whole samples: shares of exits, added in binary, may fall short of it.
    private func earlyExitRate(of point: OperatingPoint) -> Double {
        (point.earlyExitRate * Double(sampleCount)).rounded() / Double(sampleCount)
    }

    private var bestAccuracy: Double { front.last?.accuracy ?? 0 }

    private func cheapest(where condition: (OperatingPoint) -> Bool) -> OperatingPoint? {
        front.first(where: condition)
    }
}
