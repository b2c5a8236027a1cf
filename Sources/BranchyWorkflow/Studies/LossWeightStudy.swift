public import BranchyCompute
public import BranchyNet
import BranchyTraining

/// What each weighting of the exits' losses comes to.
public struct LossWeightStudy: Sendable {
    /// One weighting.
    public struct Row: Hashable, Sendable, Encodable {
        /// One for each exit, from the first to the last.
        public let lossWeights: [Double]
        /// Of each exit on all validation images, 0 ... 1.
        public let validationAccuracy: [Double]
        /// The model's folder.
        public let model: String
    }

    package let document: TrainedRows<Row>
    package let models: [StudyModel]

    /// One row for each weighting.
    public var rows: [Row] { document.rows }

    /// Trains a network with several weightings; trainings are kept, and go on where they were
    /// interrupted. No test image is read.
    ///
    /// - Parameters:
    ///   - weightings: a weight for each exit, 0 or more and not all 0.
    ///   - folder: of the models.
    /// - Throws: `TrainingError` where a weighting does not fit the network, and as ``TrainingRun``.
    public static func conduct(
        _ network: BranchedNetwork, weightings: [[Double]], in folder: String,
        _ options: StudyOptions = StudyOptions(), observer: WorkflowObserver = WorkflowObserver(),
        training: (_ threads: Int) throws -> any Engine
    ) throws -> LossWeightStudy {
        let variants = try weightings.map { weights in
            var recipe = try Recipe.standard(for: network)
            recipe.lossWeights = weights
            return StudyVariant(
                name: "weights-" + weights.map { "\($0)" }.joined(separator: "-"),
                title: "loss weights " + weights.map { "\($0)" }.joined(separator: ", "),
                network: network, recipe: recipe)
        }
        let models = try FolderLock(folder).whileHeld {
            try options.models(of: variants, in: folder, observer, training)
        }
        let rows = zip(weightings, models).map {
            Row(lossWeights: $0, validationAccuracy: $1.accuracy, model: $1.folder)
        }
        return LossWeightStudy(
            document: TrainedRows(network.name, models, rows: rows), models: models)
    }
}

extension LossWeightStudy: Encodable {
    /// What `study loss-weights --json` prints.
    public func encode(to encoder: any Encoder) throws { try document.encode(to: encoder) }
}
