public import BranchyData
public import BranchyNet

/// Chooses exit thresholds on calibration data, by replaying what the exits said.
///
/// Candidate thresholds lie midway between neighbouring observed scores, so that a rounding of
/// scores flips nobody, with "nobody" and "everybody" at the ends. With one or two early exits
/// every combination is tried; with three or four, an even choice of candidates; with more, a
/// search that moves one threshold at a time. Of combinations that do the same, the one with the
/// most cautious thresholds is taken, the first exit's before the next one's.
public struct ThresholdCalibrator: Sendable {
    /// The fewest samples that thresholds are chosen by.
    public static let minimumSampleCount = 100

    /// How many points ``sweep`` has at most.
    public static let candidateLimit = 20_000

    /// The points that no other one beats in both accuracy and cost, cheapest first.
    public let front: [OperatingPoint]

    /// How many samples the candidates were scored on.
    public let sampleCount: Int

    /// What thresholds are compared with.
    public var score: ExitScore { scorer.score }

    private let scorer: PointScorer
    private let grid: ThresholdGrid
    private let best: BestVectors

    /// Scores the candidates.
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
        let record = record.seen(by: score)
        let scorer = PointScorer(record: record, score: score, costOfExit: costOfExit)
        let solver = ThresholdSolver(isGood: record.isCorrect, costOfExit: costOfExit) {
            ThresholdGrid(record, score: score, limit: $0)
        }
        front = solver.best.front.map { scorer.point($0, on: solver.grid) }
        sampleCount = record.count
        self.scorer = scorer
        (grid, best) = (solver.grid, solver.best)
    }

    /// An even choice of candidates with what each did, for drawing: every combination of as many
    /// of each exit as give at most ``candidateLimit`` points, the most cautious first. Where not
    /// even two of each exit do, the front.
    public var sweep: [OperatingPoint] {
        let limit = ThresholdSolver.base(
            ofPower: scorer.record.exitCount - 1, upTo: Self.candidateLimit)
        guard limit >= 2 else { return front }
        let grid = ThresholdGrid(scorer.record, score: scorer.score, limit: limit)
        let vectors = grid.thresholds.reduce([[]] as [[Int32]]) { vectors, candidates in
            vectors.flatMap { vector in candidates.indices.map { vector + [Int32($0)] } }
        }
        return vectors.map { scorer.point($0, on: grid) }
    }
}

// MARK: - Objectives

extension ThresholdCalibrator {
    /// The cheapest point whose accuracy is within one standard error of the best on the front.
    ///
    /// The standard error is that of the best accuracy, `√(p·(1 − p) / n)`: a difference that
    /// another sample of the same size could have made.
    public var knee: OperatingPoint {
        knee(ofBestAccuracy: bestAccuracy) ?? mostAccurate
    }

    /// The most accurate point, of these the cheapest.
    public var mostAccurate: OperatingPoint { front[front.count - 1] }

    /// The cheapest point whose accuracy is within one standard error of an accuracy; `nil` where
    /// none is.
    func knee(ofBestAccuracy best: Double) -> OperatingPoint? {
        let least = Self.leastKneeAccuracy(ofBest: best, samples: sampleCount)
        return cheapest { $0.accuracy >= least }
    }

    /// One standard error below the best accuracy.
    static func leastKneeAccuracy(ofBest best: Double, samples: Int) -> Double {
        best - (best * (1 - best) / Double(samples)).squareRoot()
    }

    /// The cheapest point of at least an accuracy, 0 ... 1.
    ///
    /// - Throws: ``CalibrationError/Code/impossibleObjective`` where no point has it.
    public func point(accuracyAtLeast accuracy: Double) throws(CalibrationError) -> OperatingPoint {
        guard let point = cheapest(where: { $0.accuracy >= accuracy }) else {
            throw CalibrationError(
                .impossibleObjective,
                "no thresholds reach an accuracy of \(accuracy) on the calibration images; the "
                    + "best is \(bestAccuracy)", nearest: front.last)
        }
        return point
    }

    /// The most accurate point of at most a cost.
    ///
    /// - Throws: ``CalibrationError/Code/impossibleObjective`` where even the cheapest costs more.
    public func point(costAtMost cost: Double) throws(CalibrationError) -> OperatingPoint {
        guard let point = front.last(where: { $0.cost <= cost }) else {
            throw CalibrationError(
                .impossibleObjective,
                "no thresholds bring the mean cost down to \(cost); the cheapest is "
                    + "\(front.first?.cost ?? 0)", nearest: front.first)
        }
        return point
    }

    /// The most accurate point at which at least a share of the samples leaves early, 0 ... 1.
    ///
    /// Of points that are as accurate the cheapest is taken, then the one where fewest leave early.
    ///
    /// - Throws: ``CalibrationError/Code/impossibleObjective`` where nothing makes so many leave.
    public func point(earlyExitRateAtLeast rate: Double) throws(CalibrationError) -> OperatingPoint
    {
        // Whole samples are compared: shares of exits, added in binary, may fall short of a share.
        let count = (0...sampleCount).first { Double($0) / Double(sampleCount) >= rate }
        guard let count, let vector = best.vector(earlyExitsAtLeast: count) else {
            let most = best.mostEarlyExits
            throw CalibrationError(
                .impossibleObjective,
                "no thresholds let a share of \(rate) leave early; the most that can is "
                    + "\(Double(most) / Double(sampleCount))",
                nearest: best.vector(earlyExitsAtLeast: most).map { scorer.point($0, on: grid) })
        }
        return scorer.point(vector, on: grid)
    }

    /// The best accuracy on the front, 0 ... 1.
    var bestAccuracy: Double { front.last?.accuracy ?? 0 }

    private func cheapest(where condition: (OperatingPoint) -> Bool) -> OperatingPoint? {
        front.first(where: condition)
    }
}
