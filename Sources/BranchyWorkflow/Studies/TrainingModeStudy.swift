public import BranchyCompute
import BranchyData
public import BranchyEvaluation
public import BranchyNet
import BranchyTraining

/// What each way of training the exits comes to, beside the plain network that is trained as long.
///
/// References: Teerapittayanon, McDanel, Kung, *BranchyNet*, ICPR 2016, section V.A (joint training
/// improves the last exit of B-AlexNet); Kubaty et al., *How to Train Your Multi-Exit Model?*, ICML
/// 2025.
public struct TrainingModeStudy: Sendable {
    /// One training.
    public struct Row: Sendable {
        /// How it was trained; `nil` for the plain network.
        public let mode: TrainingMode?
        /// Of the splits, the initial parameters and whatever else is drawn.
        public let seed: UInt64
        /// Of each exit on all validation images, 0 ... 1.
        public let validationAccuracy: [Double]
        /// The last exit, first, and the plain network of that seed, on the same validation images;
        /// `nil` for that itself.
        public let besidePlain: PairedComparison?
        /// The model's folder.
        public let model: String
    }

    package let document: TrainedRows<Row>
    package let models: [StudyModel]
    /// What the exits of the network are called.
    package let exitNames: [String]

    /// For each seed the plain network, and then one row for each mode.
    public var rows: [Row] { document.rows }

    /// Trains a network in several modes, and the plain one as long by the same recipe; trainings are
    /// kept, and go on where they were interrupted. No test image is read.
    ///
    /// - Parameters:
    ///   - seedCount: how many seeds each is trained from, 1 or more.
    ///   - folder: of the models.
    ///   - inference: answers validation images, to be compared one by one.
    /// - Throws: `NetworkError` where the network has one exit, `TrainingError` where there are fewer
    ///   epochs than a mode needs, and as ``TrainingRun``.
    public static func conduct(
        _ network: BranchedNetwork, modes: [TrainingMode], seedCount: Int, in folder: String,
        _ options: StudyOptions = StudyOptions(), inference: any Engine,
        observer: WorkflowObserver = WorkflowObserver(),
        training: (_ threads: Int) throws -> any Engine
    ) throws -> TrainingModeStudy {
        guard network.exitCount > 1 else {
            throw NetworkError(
                .invalidValue,
                "'\(network.name)' has one exit only: there is nothing to train in several modes")
        }
        var options = options
        options.quickEpochs = network.exitCount
        let trainings = try trainings(of: network, modes, seedCount: seedCount)
        let models = try FolderLock(folder).whileHeld {
            try options.models(of: trainings.map(\.variant), in: folder, observer, training)
        }
        var rows: [Row] = []
        var plain: [Bool] = []
        for (training, model) in zip(trainings, models) {
            let isRight = try model.lastExitIsRight(options, inference, observer)
            if training.mode == nil { plain = isRight }
            rows.append(
                Row(
                    mode: training.mode, seed: training.variant.recipe.seed,
                    validationAccuracy: model.accuracy,
                    besidePlain: training.mode.map { _ in PairedComparison(isRight, plain) },
                    model: model.folder))
        }
        return TrainingModeStudy(
            document: TrainedRows(network.name, models, rows: rows), models: models,
            exitNames: network.exitNames)
    }

    private static func trainings(
        of network: BranchedNetwork, _ modes: [TrainingMode], seedCount: Int
    ) throws -> [(mode: TrainingMode?, variant: StudyVariant)] {
        let standard = try Recipe.standard(for: network)
        return (0..<UInt64(max(seedCount, 0))).flatMap { number in
            ([nil] + modes.map(Optional.some)).map { mode in
                var (network, recipe) = (network, standard)
                recipe.seed = standard.seed &+ number
                if let mode {
                    recipe = mode.applied(to: recipe)
                } else {
                    network.makePlain(&recipe)
                }
                let name = mode?.rawValue ?? "plain"
                return (
                    mode,
                    StudyVariant(
                        name: "\(name)-seed\(recipe.seed)", title: "\(name), seed \(recipe.seed)",
                        network: network, recipe: recipe)
                )
            }
        }
    }
}

extension BranchedNetwork {
    /// Takes the branches away, and from a recipe what is about them.
    fileprivate mutating func makePlain(_ recipe: inout Recipe) {
        self = withoutBranches(name: name.hasPrefix("b-") ? String(name.dropFirst(2)) : name)
        recipe.network = name
        (recipe.lossWeights, recipe.thresholds) = (recipe.lossWeights.suffix(1), [])
    }
}

extension StudyModel {
    /// Whether the last exit is right, for each validation image.
    fileprivate func lastExitIsRight(
        _ options: StudyOptions, _ engine: any Engine, _ observer: WorkflowObserver
    ) throws -> [Bool] {
        let images = try DataFolder(options.data, run: folder, within: options.memory)
            .splits(of: model, in: folder, observer).validation
        let predictor = try Predictor(
            network: model.network, parameters: model.parameters,
            policy: FixedExitPolicy(exit: model.network.exitCount - 1), engine: engine)
        return try predictor.record(images, model, "comparing", observer).isCorrect.last ?? []
    }
}

extension TrainingModeStudy: Encodable {
    /// What `study modes --json` prints.
    public func encode(to encoder: any Encoder) throws { try document.encode(to: encoder) }
}

extension TrainingModeStudy.Row: Encodable {
    private enum Key: CodingKey { case mode, seed, validationAccuracy, besidePlain, model }

    private struct Comparison: Encodable {
        let onlyThisRight: Int
        let onlyPlainRight: Int
        let difference: Estimate
        let pValue: Double

        /// `nil` of no samples.
        init?(_ comparison: PairedComparison) {
            guard let difference = comparison.difference else { return nil }
            (onlyThisRight, onlyPlainRight) = (comparison.onlyFirst, comparison.onlySecond)
            (self.difference, pValue) = (difference, comparison.pValue)
        }
    }

    /// The plain network's mode is `plain`, and what it is compared with a null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(mode?.rawValue ?? "plain", forKey: .mode)
        try container.encode(seed, forKey: .seed)
        try container.encode(validationAccuracy, forKey: .validationAccuracy)
        try container.encode(besidePlain.flatMap(Comparison.init), forKey: .besidePlain)
        try container.encode(model, forKey: .model)
    }
}
