import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// What `calibrate --score best` prints about the choices beside the one it made.
struct ScoreComparison {
    private let choices: [ScoreCalibrator.Choice]

    /// - Parameter choices: the best first.
    init(_ choices: [ScoreCalibrator.Choice]) {
        self.choices = choices
    }

    var text: String {
        var table = Table([.left, .right, .right, .right, .right])
        table.add(["what decides", "thresholds", "accuracy", "leave early", "mean time"])
        for choice in choices {
            let thresholds = choice.point.thresholds.map { "\($0)" }.joined(separator: ", ")
            table.add([
                choice.score?.title ?? "\(choice.policy.exitPolicy)",
                choice.score == nil ? "-" : thresholds, Format.percent(choice.point.accuracy),
                Format.percent(choice.point.earlyExitRate),
                Format.microseconds(choice.point.cost),
            ])
        }
        return "\n" + table.text
    }
}
