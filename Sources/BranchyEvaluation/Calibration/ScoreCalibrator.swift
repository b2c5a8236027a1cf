public import BranchyData
public import BranchyNet

/// Chooses a score and thresholds of it on calibration data.
///
/// Each score's thresholds are found by a ``ThresholdCalibrator``; of what they offer, the best by
/// the wish is taken, the first score's of equals. Choosing among scores too makes figures on the
/// calibration data flatter a little more.
public struct ScoreCalibrator: Sendable {
    /// A score with thresholds.
    public struct Choice: Hashable, Sendable {
        /// What is compared with the thresholds.
        public let score: ExitScore
        /// The thresholds, and what they did.
        public let point: OperatingPoint

        /// The policy that was chosen.
        public var policy: ThresholdPolicy {
            ThresholdPolicy(score: score, thresholds: point.thresholds)
        }
    }

    /// One per score, in the order in which scores were given.
    public let calibrators: [ThresholdCalibrator]

    /// Scores the candidates of each score.
    ///
    /// - Parameters:
    ///   - record: what the exits said about the calibration images.
    ///   - scores: what thresholds may be compared with, the one that wins ties first.
    ///   - costOfExit: as for ``ThresholdCalibrator``.
    /// - Throws: ``CalibrationError`` as ``ThresholdCalibrator``.
    /// - Precondition: there is a score, and one cost per exit.
    public init(
        record: ExitRecord<CalibrationSplit>, scores: [ExitScore] = ExitScore.allCases,
        costOfExit: [Double]
    ) throws(CalibrationError) {
        precondition(!scores.isEmpty, "something to compare with thresholds")
        var calibrators: [ThresholdCalibrator] = []
        for score in scores {
            calibrators.append(
                try ThresholdCalibrator(record: record, score: score, costOfExit: costOfExit))
        }
        self.calibrators = calibrators
    }

    /// What each score offers, the best by a wish first; scores that offer nothing are left out.
    ///
    /// - Throws: ``CalibrationError/Code/impossibleWish`` where no score's thresholds fulfil it;
    ///   the nearest that is named is the nearest of all scores.
    public func choices(for wish: ThresholdWish) throws(CalibrationError) -> [Choice] {
        var choices: [Choice] = []
        var failures: [CalibrationError] = []
        for calibrator in calibrators {
            do throws(CalibrationError) {
                guard let point = try point(of: calibrator, for: wish) else { continue }
                // Behind those that are as good, so that the first score of equals wins.
                let place = choices.firstIndex { wish.prefers(point, to: $0.point) }
                choices.insert(
                    Choice(score: calibrator.score, point: point), at: place ?? choices.count)
            } catch {
                failures.append(error)
            }
        }
        let nearest = failures.max { wish.isNearer($1, than: $0) }
        if let nearest, choices.isEmpty { throw nearest }
        return choices
    }

    /// What one score offers; `nil` where another one's accuracy leaves it out of the knee.
    private func point(
        of calibrator: ThresholdCalibrator, for wish: ThresholdWish
    ) throws(CalibrationError) -> OperatingPoint? {
        switch wish {
        case .knee: calibrator.knee(ofBestAccuracy: bestAccuracy)
        case .accuracy(let accuracy): try calibrator.point(accuracyAtLeast: accuracy)
        case .cost(let cost): try calibrator.point(costAtMost: cost)
        case .earlyExitRate(let rate): try calibrator.point(earlyExitRateAtLeast: rate)
        }
    }

    private var bestAccuracy: Double { calibrators.map(\.bestAccuracy).max() ?? 0 }
}

extension ThresholdWish {
    /// Whether one failure names a nearer point than another.
    fileprivate func isNearer(_ one: CalibrationError, than other: CalibrationError) -> Bool {
        guard let one = one.nearest, let other = other.nearest else { return false }
        return isNearer(one, than: other)
    }
}
