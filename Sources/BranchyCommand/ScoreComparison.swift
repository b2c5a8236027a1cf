import BranchyData
import BranchyEvaluation
import BranchyNet

/// What `calibrate --score best` prints about the scores beside the one it chose, and about
/// patience, which nobody has to choose thresholds for.
struct ScoreComparison {
    private let choices: [ScoreCalibrator.Choice]
    private let record: ExitRecord<CalibrationSplit>
    private let costOfExit: [Double]

    init(
        _ choices: [ScoreCalibrator.Choice], _ record: ExitRecord<CalibrationSplit>,
        _ costOfExit: [Double]
    ) {
        (self.choices, self.record, self.costOfExit) = (choices, record, costOfExit)
    }

    var text: String {
        var table = Table([.left, .right, .right, .right, .right])
        table.add(["what decides", "thresholds", "accuracy", "leave early", "mean time"])
        for choice in choices {
            table.add([
                choice.score.title, choice.point.thresholds.map { "\($0)" }.joined(separator: ", "),
                Format.percent(choice.point.accuracy), Format.percent(choice.point.earlyExitRate),
                Format.microseconds(choice.point.cost),
            ])
        }
        for patience in usefulPatiences {
            let counts = record.replay(PatiencePolicy(patience: patience))
            table.add([
                "patience \(patience)", "-", Format.percent(counts.accuracy),
                Format.percent(counts.exitRates.dropLast().reduce(0, +)),
                Format.microseconds(counts.meanCost(costOfExit)),
            ])
        }
        return "\n" + table.text
    }

    /// More would let nobody leave early.
    private var usefulPatiences: Range<Int> { 1..<max(1, record.exitCount - 1) }
}
