public import BranchyCompute
import BranchyEvaluation
public import BranchyNet
import BranchyTraining

/// What each number of convolutions in the first branch comes to.
///
/// References: Teerapittayanon, McDanel, Kung, *BranchyNet*, ICPR 2016, figure 5.
public struct BranchDepthStudy: Sendable {
    /// One number of convolutions.
    public struct Row: Hashable, Sendable, Encodable {
        /// How many the branch has.
        public let convolutions: Int
        /// Of each exit on all validation images, 0 ... 1.
        public let validationAccuracy: [Double]
        /// To leave at each exit, branches on the way included.
        public let multiplyAccumulatesToExit: [Int]
        /// Measured median.
        public let microsecondsToExit: [Double]
        /// The model's folder.
        public let model: String
    }

    package let document: TrainedRows<Row>
    package let models: [StudyModel]

    /// One row for each number.
    public var rows: [Row] { document.rows }

    /// Trains a network with its first branch only, and so many convolutions in it; trainings are
    /// kept, and go on where they were interrupted. No test image is read.
    ///
    /// - Parameters:
    ///   - depths: numbers of convolutions, different ones above 0.
    ///   - folder: of the models.
    ///   - inference: what is measured.
    /// - Throws: `NetworkError` where the network has no branch that can be varied, and as
    ///   ``TrainingRun``.
    public static func conduct(
        _ network: BranchedNetwork, depths: [Int], in folder: String,
        _ options: StudyOptions = StudyOptions(), inference: any Engine,
        observer: WorkflowObserver = WorkflowObserver(),
        training: (_ threads: Int) throws -> any Engine
    ) throws -> BranchDepthStudy {
        let variants = try depths.map { depth in
            let (varied, recipe) = try variant(of: network, depth: depth)
            return StudyVariant(
                name: "depth-\(depth)", title: "convolutions in the branch: \(depth)",
                network: varied, recipe: recipe)
        }
        let models = try FolderLock(folder).whileHeld {
            for variant in variants { try options.describe(variant, in: folder) }
            return try options.models(of: variants, in: folder, observer, training)
        }
        let times = try measure(models, by: inference, calls: options.isQuick ? 100 : 2_000)
        let rows = try depths.indices.map { index in
            Row(
                convolutions: depths[index], validationAccuracy: models[index].accuracy,
                multiplyAccumulatesToExit: try ExitCosts(of: models[index].model.network)
                    .multiplyAccumulates,
                microsecondsToExit: times[index], model: models[index].folder)
        }
        return BranchDepthStudy(
            document: TrainedRows(network.name, models, rows: rows), models: models)
    }

    /// The network with so many convolutions in its first branch, and how it is trained.
    private static func variant(
        of network: BranchedNetwork, depth: Int
    ) throws -> (network: BranchedNetwork, recipe: Recipe) {
        let varied = try network.withBranchConvolutions(depth)
        var recipe = try Recipe.standard(for: network)
        recipe.network = varied.name
        recipe.lossWeights = [recipe.lossWeights[0], recipe.lossWeights[network.exitCount - 1]]
        recipe.thresholds = []
        return (varied, recipe)
    }

    /// The median time to leave at each exit of each model, in microseconds.
    private static func measure(
        _ models: [StudyModel], by engine: any Engine, calls: Int
    ) throws -> [[Double]] {
        let exits = try models.map(\.model).map { model in
            let predictor = try Predictor(
                model, policy: FixedExitPolicy(exit: 0), engine: engine)
            return try (0..<model.network.exitCount).map { try predictor.leaving(at: $0) }
        }
        let times = try CallTimes.measure(
            exits.flatMap(\.self),
            answering: models.prefix(1).map { $0.model.network.grayImages() }, calls: calls)
        var medians = times.seconds.map { $0.median * 1e6 }[...]
        return exits.map { exits in
            defer { medians = medians.dropFirst(exits.count) }
            return Array(medians.prefix(exits.count))
        }
    }
}

extension BranchDepthStudy: Encodable {
    /// What `study branch-depth --json` prints.
    public func encode(to encoder: any Encoder) throws { try document.encode(to: encoder) }
}
