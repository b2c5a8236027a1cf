import BranchyNet
import BranchyWorkflow

extension LossWeightStudy {
    var table: String {
        let names = models.first?.model.network.exitNames ?? []
        var table = Table([.left] + names.map { _ in .right })
        table.add(["loss weights"] + names)
        for row in document.rows {
            table.add(
                [row.lossWeights.map { "\($0)" }.joined(separator: ", ")]
                    + row.validationAccuracy.map { Format.percent($0) })
        }
        return "\(document.network), \(models.origin)\n\n\(table.text)\n\(models.caution)\n"
    }
}
