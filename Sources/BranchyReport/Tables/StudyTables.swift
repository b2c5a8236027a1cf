import BranchyEvaluation
package import BranchyWorkflow

extension ThresholdStudy {
    package static let csvKind = CSVTable.Kind(
        name: "thresholds",
        columns: [
            "exit", "threshold", "exitRate", "exitedAccuracy", "accuracy", "multiplyAccumulates",
        ])

    package var csv: CSVTable {
        CSVTable(
            Self.csvKind,
            rows: rows.map {
                [
                    "\($0.exit)", "\($0.threshold)", "\($0.exitRate)",
                    CSVTable.field($0.exitedAccuracy), "\($0.accuracy)",
                    "\($0.multiplyAccumulates)",
                ]
            })
    }
}

extension LossWeightStudy {
    package static let csvKind = CSVTable.Kind(
        name: "loss-weights", columns: ["lossWeights", "exit", "validationAccuracy"])

    package var csv: CSVTable {
        CSVTable(
            Self.csvKind,
            rows: document.rows.flatMap { row in
                row.validationAccuracy.enumerated().map { exit, accuracy in
                    [
                        row.lossWeights.map { "\($0)" }.joined(separator: " "), "\(exit)",
                        "\(accuracy)",
                    ]
                }
            })
    }
}

extension BranchDepthStudy {
    package static let csvKind = CSVTable.Kind(
        name: "branch-depth",
        columns: [
            "convolutions", "exit", "validationAccuracy", "multiplyAccumulatesToExit",
            "microsecondsToExit",
        ])

    package var csv: CSVTable {
        CSVTable(
            Self.csvKind,
            rows: document.rows.flatMap { row in
                row.validationAccuracy.indices.map { exit in
                    [
                        "\(row.convolutions)", "\(exit)", "\(row.validationAccuracy[exit])",
                        "\(row.multiplyAccumulatesToExit[exit])",
                        "\(row.microsecondsToExit[exit])",
                    ]
                }
            })
    }
}

extension TrainingModeStudy {
    package static let csvKind = CSVTable.Kind(
        name: "modes",
        columns: [
            "mode", "seed", "exit", "validationAccuracy", "besidePlain", "besidePlainLow",
            "besidePlainHigh", "pValue",
        ])

    /// What is beside the plain network stands in the rows of the last exit.
    package var csv: CSVTable {
        CSVTable(
            Self.csvKind,
            rows: document.rows.flatMap { row in
                row.validationAccuracy.enumerated().map { place, accuracy in
                    // The plain network's only exit is the last one.
                    let exit = exitNames.count - row.validationAccuracy.count + place
                    let comparison = exit == exitNames.count - 1 ? row.besidePlain : nil
                    let difference = comparison?.difference
                    return [
                        row.mode?.rawValue ?? "plain", "\(row.seed)", "\(exit)", "\(accuracy)",
                    ]
                        + [
                            difference?.estimate, difference?.low, difference?.high,
                            comparison?.pValue,
                        ].map(CSVTable.field)
                }
            })
    }
}
