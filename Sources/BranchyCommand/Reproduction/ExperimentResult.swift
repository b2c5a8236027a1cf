import BranchyEvaluation
import BranchyNet
import BranchyTraining
import Foundation

/// What an experiment came to: the row of the results page, kept so that test images are read once.
struct ExperimentResult: Codable, Equatable {
    /// A network of the experiment.
    struct Row: Codable, Equatable {
        let network: String
        /// Share of right answers on the test images.
        let accuracy: Double?
        /// Mean time from prepared image to answer.
        let microseconds: Double?
        /// Passes over the training images, those of the network it began from not counted.
        let epochs: Int
    }

    let kind: Experiment.Kind
    let dataset: String
    let seed: UInt64
    /// What training computed in.
    let trainingPrecision: Precision
    /// What answered the test images, in 32 bits.
    let engine: String
    /// What times were measured on; not known of results that were kept without it.
    let processor: String?
    let samples: Int
    /// The plain network whose parameters both began with, where they were trained in two parts.
    let start: Row?
    let plain: Row
    let branched: Row
    /// What thresholds were chosen for; not known of results that were kept without it.
    let wish: String?
    /// When images leave, in words; as `wish`.
    let policy: String?
    let thresholds: [Float]
    let exitRates: [Double]
    let gain: Estimate?
    /// Median time where nobody leaves early although every branch is visited.
    let worstCaseMicroseconds: Double?
    /// The plain network's multiply-accumulates divided by the mean of the branched one's, branches
    /// included.
    let multiplyAccumulateGain: Double?

    init(
        _ experiment: Experiment, _ report: EvaluationReport, recipe: Recipe, plainRecipe: Recipe,
        start: Row?, wish: String?
    ) throws {
        let evaluation = report.evaluation
        let plainCost = try ExitCosts(of: .named(experiment.plain)).multiplyAccumulates[0]
        kind = experiment.kind
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
        self.wish = wish
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
    func result(in output: String) throws -> ExperimentResult? {
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
