import BranchyNet

/// What a study that trains prints as JSON: a row per training, and what all have in common.
package struct TrainedRows<Row: Encodable & Sendable>: Encodable, Sendable {
    package let network: String
    package let dataset: String
    package let epochs: Int
    package let validationImages: Int
    package let rows: [Row]

    init(_ network: String, _ models: [StudyModel], rows: [Row]) {
        self.network = network
        dataset = models.first?.model.provenance.dataset ?? ""
        epochs = models.first?.model.provenance.epochs ?? 0
        validationImages = models.first?.validationImages ?? 0
        self.rows = rows
    }
}
