public import BranchyEvaluation
import BranchyNet
public import BranchyTraining
import Foundation

/// What an experiment came to: the row of the results page, kept so that test images are read once.
public struct ExperimentResult: Codable, Hashable, Sendable {
    /// A network of the experiment.
    public struct Row: Codable, Hashable, Sendable {
        /// What it is called.
        public let network: String
        /// Share of right answers on the test images.
        public let accuracy: Double?
        /// Mean time from prepared image to answer.
        public let microseconds: Double?
        /// Passes over the training images, those of the network it began from not counted.
        public let epochs: Int
    }

    /// Whose structure the networks have.
    public let variant: Experiment.Variant
    /// What they were trained and tested on.
    public let dataset: String
    /// Of the training.
    public let seed: UInt64
    /// What training computed in.
    public let trainingPrecision: Precision
    /// What answered the test images, in 32 bits.
    public let engine: String
    /// What times were measured on; not known of results that were kept without it.
    public let processor: String?
    /// How many test images there are.
    public let samples: Int
    /// The plain network whose parameters both began with, where they were trained in two parts.
    public let start: Row?
    /// The network without branches.
    public let plain: Row
    /// The network with branches.
    public let branched: Row
    /// What thresholds were chosen for; not known of results that were kept without it.
    public let objective: String?
    /// When images leave, in words; as `wish`.
    public let policy: String?
    /// Of its early exits, where thresholds decide.
    public let thresholds: [Float]
    /// Which share leaves at each exit.
    public let exitRates: [Double]
    /// How many times faster than the plain network it is.
    public let gain: Estimate?
    /// Median time where nobody leaves early although every branch is visited.
    public let worstCaseMicroseconds: Double?
    /// The plain network's multiply-accumulates divided by the mean of the branched one's, branches
    /// included.
    public let multiplyAccumulateGain: Double?

    /// Files of before call the objective a wish, and the variant a kind.
    private enum CodingKeys: String, CodingKey {
        case variant = "kind"
        case dataset, seed, trainingPrecision, engine, processor, samples, start, plain
        case branched
        case objective = "wish"
        case policy, thresholds, exitRates, gain, worstCaseMicroseconds, multiplyAccumulateGain
    }

    init(
        _ experiment: Experiment, _ report: EvaluationReport, recipe: Recipe, plainRecipe: Recipe,
        start: Row?, objective: String?
    ) throws {
        let evaluation = report.evaluation
        let plainCost = try ExitCosts(of: .named(experiment.plain)).multiplyAccumulates[0]
        variant = experiment.variant
        dataset = evaluation.dataset
        seed = recipe.seed
        trainingPrecision = recipe.precision
        engine = report.engine
        processor = Processor.name
        samples = evaluation.samples
        plain = Row(
            network: experiment.plain, accuracy: report.baseline?.accuracy,
            microseconds: report.latency?.baseline?.mean, epochs: plainRecipe.epochs)
        branched = Row(report, recipe: recipe)
        self.start = start
        self.objective = objective
        policy = report.policy.text
        thresholds = report.policy.thresholds?.thresholds ?? []
        exitRates = evaluation.exitRates
        gain = report.latency?.gain
        worstCaseMicroseconds = report.latency?.policy.worstCase
        multiplyAccumulateGain = evaluation.multiplyAccumulates.map { Double(plainCost) / $0 }
    }

    func write(to path: String) throws {
        try AtomicFile.write(Array(JSONEncoder.branchyNet.encode(self)), to: path)
    }
}

extension ExperimentResult.Row {
    /// Of the network that was evaluated.
    init(_ report: EvaluationReport, recipe: Recipe) {
        self.init(
            network: report.network.name, accuracy: report.evaluation.accuracy,
            microseconds: report.latency?.policy.mean, epochs: recipe.epochs)
    }
}

extension Experiment {
    /// The result in an output folder, or `nil` where the experiment is not done.
    ///
    /// - Throws: `ModelError` where there is one that cannot be read.
    public func result(in output: String) throws -> ExperimentResult? {
        let path = resultPath(in: output)
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let bytes = try AtomicFile.read(path, limit: 1 << 20)
        do {
            return try JSONDecoder.branchyNet.decode(ExperimentResult.self, from: Data(bytes))
        } catch {
            throw ModelError(
                .corruptFile, "\(path): \(ModelError.describe(error)); remove it to measure again")
        }
    }
}
