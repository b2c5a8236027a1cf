import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// What `evaluate --csv` writes. Exits and classes count from 0, as in `--json`.
extension EvaluationReport {
    /// Of what kind they are.
    package static let tableKinds = [exitKind, classKind, confusionKind, reliabilityKind]

    /// A table each for exits, classes, what is taken for what, and reliability.
    package func tables() throws -> [CSVTable] {
        [try exitTable(), classTable, confusionTable, reliabilityTable]
    }

    private static let exitKind = CSVTable.Kind(
        name: "exits",
        columns: ["exit", "name", "threshold", "exited"] + interval("exitRate") + ["correct"]
            + interval("exitedAccuracy") + ["forcedCorrect"] + interval("forcedAccuracy")
            + ["expectedCalibrationError", "latencyMicroseconds", "multiplyAccumulates"])

    private static let classKind = CSVTable.Kind(
        name: "classes", columns: ["class", "name", "samples", "correct"] + interval("accuracy"),
        isOpen: true)

    private static let confusionKind = CSVTable.Kind(
        name: "confusion", columns: ["class"], isOpen: true)

    private static let reliabilityKind = CSVTable.Kind(
        name: "reliability",
        columns: ["exit", "low", "high", "samples", "correct", "accuracy", "meanProbability"])

    private func exitTable() throws -> CSVTable {
        let costs = try ExitCosts(of: network).multiplyAccumulates
        let rows = network.exitNames.indices.map { exit in
            row(ofExit: exit) + [CSVTable.field(latency?.exits[exit]), "\(costs[exit])"]
        }
        return CSVTable(Self.exitKind, rows: rows)
    }

    private func row(ofExit exit: Int) -> [String] {
        let counts = evaluation.counts
        let thresholds = policy.thresholds?.thresholds ?? []
        let threshold = exit < thresholds.count ? "\(thresholds[exit])" : ""
        var row = ["\(exit)", network.exitNames[exit], threshold]
        row += ["\(counts.exited[exit])"] + fields(counts.exitRateIntervals[exit])
        row += ["\(counts.correct[exit])"] + fields(counts.exitedAccuracyIntervals[exit])
        row += ["\(counts.forcedCorrect[exit])"] + fields(counts.forcedAccuracyIntervals[exit])
        let error = evaluation.forcedReliability[exit].expectedCalibrationError
        return row + [CSVTable.field(error)]
    }

    private var classTable: CSVTable {
        let exits = network.exitNames.indices
        let more = exits.map { "exited\($0)" } + exits.map { "exitRate\($0)" }
        let rows = classNames.indices.map { label -> [String] in
            let counts = evaluation.classes[label]
            var row = ["\(label)", classNames[label], "\(counts.samples)"]
            row += ["\(counts.correct.reduce(0, +))"] + fields(counts.accuracyInterval)
            return row + counts.exited.map { "\($0)" } + counts.exitRates.map { "\($0)" }
        }
        return CSVTable(Self.classKind, more: more, rows: rows)
    }

    private var confusionTable: CSVTable {
        CSVTable(
            Self.confusionKind, more: classNames,
            rows: zip(classNames, evaluation.confusion.rows).map { name, row in
                [name] + row.map { "\($0)" }
            })
    }

    /// The bins of the policy's answers, whose exit is empty, then those of each exit's.
    private var reliabilityTable: CSVTable {
        let diagrams =
            [("", evaluation.reliability)]
            + evaluation.forcedReliability.enumerated().map { ("\($0)", $1) }
        let rows = diagrams.flatMap { exit, diagram in
            diagram.bins.map {
                [
                    exit, "\($0.low)", "\($0.high)", "\($0.samples)", "\($0.correct)",
                    CSVTable.field($0.accuracy), CSVTable.field($0.meanProbability),
                ]
            }
        }
        return CSVTable(Self.reliabilityKind, rows: rows)
    }

    private static func interval(_ name: String) -> [String] {
        [name, name + "Low", name + "High"]
    }

    private func fields(_ estimate: Estimate?) -> [String] {
        [estimate?.estimate, estimate?.low, estimate?.high].map(CSVTable.field)
    }
}
