import BranchyNet
import BranchyWorkflow

extension ThresholdStudy {
    var table: String {
        var table = Table([.left, .right, .right, .right, .right, .right])
        table.add([
            "exit", score.title, "leave there", "right of these", "accuracy",
            "multiply-accumulates",
        ])
        for row in rows {
            table.add([
                "exit \(row.exit + 1)", "\(row.threshold)", Format.percent(row.exitRate),
                Format.percent(row.exitedAccuracy), Format.percent(row.accuracy),
                Format.fixed(row.multiplyAccumulates, digits: 0),
            ])
        }
        return """
            \(network), \(Format.grouped(samples)) calibration images of \(dataset), one early \
            exit open at a time, \(engine) engine, \(precision)

            \(table.text)
            Threshold by threshold these figures are of images that trained nothing; whoever picks \
            the best of them looks at flattered ones.

            """
    }
}
