public import BranchyData
public import BranchyNet

/// Chooses what decides on calibration data: a score and thresholds of it, or patience.
///
/// Each score's thresholds are found by a ``ThresholdCalibrator``; of what they and each patience
/// offer, the best by the objective is taken, the first of equals. Choosing among more makes figures on
/// the calibration data flatter a little more.
public struct ScoreCalibrator: Sendable {
    /// A policy, and what it did.
    public struct Choice: Hashable, Sendable {
        /// The policy.
        public let policy: ModelPolicy
        /// What it did on the calibration data; without thresholds where patience decides.
        public let point: OperatingPoint

        /// What is compared with the thresholds, where they decide.
        public var score: ExitScore? { policy.thresholds?.score }

        /// How many exits in a row have to repeat an answer, where patience decides.
        public var patience: Int? {
            guard case .patience(let policy) = policy else { return nil }
            return policy.patience
        }
    }

    /// One per score, in the order in which scores were given.
    public let calibrators: [ThresholdCalibrator]

    /// Every patience that lets anybody leave early, where patience may be chosen.
    private let patiences: [Choice]

    /// Scores the candidates of each score.
    ///
    /// - Parameters:
    ///   - record: what the exits said about the calibration images.
    ///   - scores: what thresholds may be compared with, the one that wins ties first.
    ///   - considersPatience: whether ``BranchyNet/PatiencePolicy`` may be chosen too; it loses
    ///     ties. It needs two early exits.
    ///   - costOfExit: as for ``ThresholdCalibrator``.
    /// - Throws: ``CalibrationError`` as ``ThresholdCalibrator``.
    /// - Precondition: there is a score, and one cost per exit.
    public init(
        record: ExitRecord<CalibrationSplit>, scores: [ExitScore] = ExitScore.unfitted,
        considersPatience: Bool = false, costOfExit: [Double]
    ) throws(CalibrationError) {
        precondition(!scores.isEmpty, "something to compare with thresholds")
        var calibrators: [ThresholdCalibrator] = []
        for score in scores {
            calibrators.append(
                try ThresholdCalibrator(record: record, score: score, costOfExit: costOfExit))
        }
        self.calibrators = calibrators
        // A longer one would let nobody leave early.
        let useful = considersPatience ? 1..<max(1, record.exitCount - 1) : 1..<1
        patiences = useful.map { patience in
            let policy = PatiencePolicy(patience: patience)
            let counts = record.replay(policy)
            return Choice(
                policy: .patience(policy),
                point: OperatingPoint(
                    thresholds: [], accuracy: counts.accuracy ?? 0, exitRates: counts.exitRates,
                    cost: counts.meanCost(costOfExit) ?? 0))
        }
    }

    /// What each score and each patience offers, the best by an objective first; those that offer nothing
    /// are left out.
    ///
    /// - Throws: ``CalibrationError/Code/impossibleObjective`` where no score's thresholds fulfil it;
    ///   the nearest that is named is the nearest of all scores.
    public func choices(for objective: CalibrationObjective) throws(CalibrationError) -> [Choice] {
        var choices: [Choice] = []
        var failures: [CalibrationError] = []
        for calibrator in calibrators {
            do throws(CalibrationError) {
                guard let point = try point(of: calibrator, for: objective) else { continue }
                let policy = ThresholdPolicy(
                    score: calibrator.score, thresholds: point.thresholds)
                choices.append(Choice(policy: .thresholds(policy), point: point))
            } catch {
                failures.append(error)
            }
        }
        choices += patiences.filter { fulfils(objective, $0.point) }
        let nearest = failures.max { objective.isNearer($1, than: $0) }
        if let nearest, choices.isEmpty { throw nearest }
        // Behind those that are as good, so that the first of equals wins.
        return choices.reduce(into: []) { sorted, choice in
            let place = sorted.firstIndex { objective.prefers(choice.point, to: $0.point) }
            sorted.insert(choice, at: place ?? sorted.count)
        }
    }

    /// Whether a point that no calibrator chose is what the objective asks for.
    private func fulfils(_ objective: CalibrationObjective, _ point: OperatingPoint) -> Bool {
        let samples = calibrators[0].sampleCount
        switch objective {
        case .knee:
            return point.accuracy
                >= ThresholdCalibrator.leastKneeAccuracy(ofBest: bestAccuracy, samples: samples)
        case .mostAccurate: return true
        case .accuracy(let accuracy): return point.accuracy >= accuracy
        case .cost(let cost): return point.cost <= cost
        case .earlyExitRate(let rate):
            // Whole samples: shares, added in binary, may fall short of a share.
            let count = (point.earlyExitRate * Double(samples)).rounded()
            return count / Double(samples) >= rate
        }
    }

    /// What one score offers; `nil` where another one's accuracy leaves it out of the knee.
    private func point(
        of calibrator: ThresholdCalibrator, for objective: CalibrationObjective
    ) throws(CalibrationError) -> OperatingPoint? {
        switch objective {
        case .knee: calibrator.knee(ofBestAccuracy: bestAccuracy)
        case .mostAccurate: calibrator.mostAccurate
        case .accuracy(let accuracy): try calibrator.point(accuracyAtLeast: accuracy)
        case .cost(let cost): try calibrator.point(costAtMost: cost)
        case .earlyExitRate(let rate): try calibrator.point(earlyExitRateAtLeast: rate)
        }
    }

    private var bestAccuracy: Double {
        (calibrators.map(\.bestAccuracy) + patiences.map(\.point.accuracy)).max() ?? 0
    }
}

extension CalibrationObjective {
    /// Whether one failure names a nearer point than another.
    fileprivate func isNearer(_ one: CalibrationError, than other: CalibrationError) -> Bool {
        guard let one = one.nearest, let other = other.nearest else { return false }
        return isNearer(one, than: other)
    }
}
