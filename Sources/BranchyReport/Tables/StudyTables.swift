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
