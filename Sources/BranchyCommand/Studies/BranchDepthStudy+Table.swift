import BranchyWorkflow

extension BranchDepthStudy {
    var table: String {
        var table = Table([.left, .right, .right, .right, .right, .right])
        table.add([
            "convolutions", "exit 1", "final exit", "work to exit 1", "time to exit 1",
            "to final exit",
        ])
        for row in document.rows {
            table.add([
                "\(row.convolutions)", Format.percent(row.validationAccuracy[0]),
                Format.percent(row.validationAccuracy[1]),
                Format.grouped(row.multiplyAccumulatesToExit[0]),
                Format.microseconds(row.microsecondsToExit[0]),
                Format.microseconds(row.microsecondsToExit[1]),
            ])
        }
        return "\(document.network) with its first branch only, \(models.origin)\n\n\(table.text)\n"
            + "Work counts multiply-accumulates; times are medians of calls with one gray image on "
            + "one thread, all paths taking turns. \(models.caution)\n"
    }
}
