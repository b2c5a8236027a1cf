import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// What `evaluate` says beyond the tables of networks and exits: how sure the numbers are, what
/// probabilities are worth, and what becomes of each class.
extension EvaluationText {
    /// One text after the other; none without samples.
    var details: [String] {
        guard evaluation.samples > 0 else { return [] }
        return comparisons + [intervals] + overthinking + sureAnswers + [classes]
            + (isConfusionShown ? [confusion] : [])
    }

    /// Beside the plain network and its own final exit, on the same images.
    private var comparisons: [String] {
        var table = Table([.left, .right, .right, .right, .right, .right])
        table.add([
            "on the same images, against", "only it is right", "only the other is",
            "difference in points", "95 % interval", "p (McNemar)",
        ])
        let others = [
            report.baseline.map { ("\($0.name) (plain)", $0.comparison) },
            evaluation.besideFinalExit.map { ("its own final exit", $0) },
        ].compactMap(\.self)
        for (name, comparison) in others {
            table.add([
                name, Format.grouped(comparison.onlyFirst), Format.grouped(comparison.onlySecond),
                Format.points(comparison.difference?.estimate),
                Format.points(comparison.difference),
                Format.fixed(comparison.pValue, digits: 3),
            ])
        }
        return others.isEmpty ? [] : [table.text]
    }

    private var intervals: String {
        var table = Table([.left, .right, .right, .right, .right])
        table.add([
            "95 % intervals", "left here", "right of these", "right of all", "calibration error",
        ])
        let counts = evaluation.counts
        for (exit, title) in network.exitTitles.enumerated() {
            table.add([
                title,
                Format.percents(counts.exitRateIntervals[exit]),
                Format.percents(counts.exitedAccuracyIntervals[exit]),
                Format.percents(counts.forcedAccuracyIntervals[exit]),
                Format.percent(evaluation.forcedReliability[exit].expectedCalibrationError),
            ])
        }
        table.add([
            "where each left", "", Format.percents(counts.accuracyInterval), "",
            Format.percent(evaluation.reliability.expectedCalibrationError),
        ])
        return table.text
    }

    /// Whether later exits, or early leaving, spoil answers; nothing to say of a single exit.
    private var overthinking: [String] {
        guard network.exitCount > 1 else { return [] }
        let counts = evaluation.overthinking
        let wrong = evaluation.samples - (evaluation.counts.forcedCorrect.last ?? 0)
        let text = """
            Overthinking: of \(Format.grouped(wrong)) images that the final exit is wrong about, \
            \(Format.grouped(counts.atAnyExit)) are right at an earlier one. Leaving early answers \
            \(Format.grouped(counts.avoided)) of them rightly, and \
            \(Format.grouped(counts.harmed)) wrongly that the final exit is right about.

            """
        return [text]
    }

    /// What becomes of the answers where the unsure ones are not given.
    private var sureAnswers: [String] {
        guard let sure = report.sureAnswers else { return [] }
        let text = """
            Answered with a probability of \(sure.leastProbability) or more: \
            \(Format.grouped(sure.answered)) of \(Format.grouped(sure.samples)) images, \
            \(Format.percent(sure.share?.estimate)) (\(Format.percents(sure.share))); right of \
            these: \(Format.percent(sure.accuracy?.estimate)) (\(Format.percents(sure.accuracy))).

            """
        return [text]
    }

    private var classes: String {
        let exits = network.exitNames.indices.map {
            $0 == network.exitCount - 1 ? "at the final exit" : "left at exit \($0 + 1)"
        }
        let right = Array(repeating: Table.Alignment.right, count: 3 + exits.count)
        var table = Table([.left] + right + [.left])
        table.add(["class", "images", "right", "95 % interval"] + exits + ["oftenest taken for"])
        let listed = evaluation.listedClasses
        for label in listed { table.add(row(ofClass: label)) }
        let balanced = """
            Balanced accuracy, the mean over the classes of what is right of each: \
            \(Format.percent(evaluation.balancedAccuracy))

            """
        guard listed.count < report.classNames.count else { return balanced + table.text }
        return balanced + "The \(listed.count) of \(Format.grouped(report.classNames.count)) "
            + "classes that are least often right; --csv and --json have all.\n" + table.text
    }

    private func row(ofClass label: Int) -> [String] {
        let counts = evaluation.classes[label]
        let rates = counts.exitRates.map { counts.samples == 0 ? "-" : Format.percent($0) }
        let mistake = evaluation.confusion.commonestMistake(ofClass: label).map {
            "\(report.classNames[$0.answer]) (\(Format.grouped($0.count)))"
        }
        let shares = [Format.percent(counts.accuracy), Format.percents(counts.accuracyInterval)]
        return [report.classNames[label], Format.grouped(counts.samples)] + shares + rates
            + [mistake ?? "-"]
    }

    private var confusion: String {
        let right = Array(repeating: Table.Alignment.right, count: report.classNames.count)
        var table = Table([.left] + right)
        table.add(["class, taken for"] + report.classNames.indices.map { "\($0)" })
        for (label, row) in evaluation.confusion.rows.enumerated() {
            let name =
                report.classNames[label] == "\(label)"
                ? "\(label)" : "\(label) \(report.classNames[label])"
            table.add([name] + row.map { $0 == 0 ? "." : "\($0)" })
        }
        return table.text
    }
}
