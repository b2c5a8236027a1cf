import BranchyNet

/// Exits that a choice makes no use of, in words: an objective may be fulfilled by a network that
/// always answers at one exit, which is then no network with exits.
struct UnusedExits {
    /// One sentence each; none where every exit may be left at and left out.
    let warnings: [String]

    /// - Parameter score: of the thresholds; `nil` where patience was chosen.
    init(of point: OperatingPoint, score: ExitScore?, network: BranchedNetwork) {
        var warnings: [String] = []
        if let only = point.exitRates.firstIndex(of: 1) {
            warnings.append(
                only == network.exitCount - 1
                    ? "nobody leaves early: all calibration images go to the final exit"
                    : "everybody leaves at \(network.exitTitles[only]): no calibration image "
                        + "goes on to a later exit")
        }
        for (exit, threshold) in point.thresholds.enumerated() {
            guard let score, let meaning = Self.meaning(of: threshold, score) else { continue }
            warnings.append(
                "the threshold of \(network.exitTitles[exit]) is \(threshold), which lets "
                    + "\(meaning) leave there, however sure the exit is")
        }
        self.warnings = warnings
    }

    /// Who passes a threshold that asks for no score; `nil` of others.
    private static func meaning(of threshold: Float, _ score: ExitScore) -> String? {
        switch threshold {
        case .infinity: score.acceptsAbove ? "nobody" : "everybody"
        case 0: score.acceptsAbove ? "everybody" : "nobody"
        default: nil
        }
    }
}
