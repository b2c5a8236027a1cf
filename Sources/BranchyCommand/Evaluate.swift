import ArgumentParser
import BranchyData
import BranchyEvaluation
import BranchyNet
import BranchyTraining
import Compute
import Foundation

/// `branchynet evaluate`
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure how accurate a model is and where samples leave it.",
        discussion: "Samples really leave: the stages behind the exit are not run for them.")

    /// The split that is evaluated.
    enum Split: String, ExpressibleByArgument, CaseIterable {
        case test
        case calibration
        case validation
    }

    @OptionGroup var model: ModelOptions
    @OptionGroup var data: DataOptions

    @Option(help: "The split to evaluate on.")
    var split: Split = .test

    @Option(help: ArgumentHelp("Evaluate only the first images.", valueName: "n"))
    var limit: Int?

    @Flag(help: "Print the result as JSON on standard output.")
    var json = false

    @Flag(help: "Show no progress.")
    var quiet = false

    func validate() throws {
        if let limit, limit < 0 {
            throw ValidationError("--limit is \(limit), expected 0 or more")
        }
    }

    func run() throws {
        let trained = try model.load()
        let policy = try model.policy(for: trained)
        let splits = try DataFolder(data, run: model.path).splits(of: trained, in: model.path)
        let engine = try Engines.inference()
        let predictor = try Predictor(
            network: trained.network, parameters: trained.parameters, policy: policy,
            engine: engine)
        let evaluation: Evaluation =
            switch split {
            case .test: try evaluate(predictor, on: splits.test, trained)
            case .calibration: try evaluate(predictor, on: splits.calibration, trained)
            case .validation: try evaluate(predictor, on: splits.validation, trained)
            }
        let report = EvaluationReport(
            evaluation, network: trained.network, policy: policy, engine: engine.name)
        print(json ? try report.json() : try report.table(), terminator: "")
    }

    private func evaluate(
        _ predictor: Predictor, on split: some DataSplit, _ trained: TrainedModel
    ) throws -> Evaluation {
        Interrupt.watch()
        var progress = ProgressLine(isShown: !quiet)
        defer { progress.clear() }
        return try Evaluation(
            of: predictor, on: split, preprocessing: trained.preprocessing, limit: limit ?? .max
        ) { done, count in
            try progress.step("evaluating", done, of: count)
        }
    }
}

/// What `evaluate` prints.
struct EvaluationReport {
    private let evaluation: Evaluation
    private let network: BranchedNetwork
    private let policy: ThresholdPolicy
    private let engine: String

    init(
        _ evaluation: Evaluation, network: BranchedNetwork, policy: ThresholdPolicy, engine: String
    ) {
        self.evaluation = evaluation
        self.network = network
        self.policy = policy
        self.engine = engine
    }

    /// The document whose keys `docs/JSON.md` lists.
    private struct Document: Encodable {
        let network: String
        let dataset: String
        let split: String
        let dataChecksum: String
        let samples: Int
        let score: ExitScore
        let thresholds: [Float]
        let accuracy: Double?
        let exitRates: [Double]
        let exitedAccuracy: [Double?]
        let forcedAccuracy: [Double?]
        let multiplyAccumulates: Double?
        let engine: String
        let precision: String

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case network, dataset, split, dataChecksum, samples, score, thresholds, accuracy
            case exitRates, exitedAccuracy, forcedAccuracy, multiplyAccumulates, engine, precision
        }

        /// Absent numbers are written as null, so that every key is always there.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(network, forKey: .network)
            try container.encode(dataset, forKey: .dataset)
            try container.encode(split, forKey: .split)
            try container.encode(dataChecksum, forKey: .dataChecksum)
            try container.encode(samples, forKey: .samples)
            try container.encode(score, forKey: .score)
            try container.encode(thresholds, forKey: .thresholds)
            try container.encode(accuracy, forKey: .accuracy)
            try container.encode(exitRates, forKey: .exitRates)
            try container.encode(exitedAccuracy, forKey: .exitedAccuracy)
            try container.encode(forcedAccuracy, forKey: .forcedAccuracy)
            try container.encode(multiplyAccumulates, forKey: .multiplyAccumulates)
            try container.encode(engine, forKey: .engine)
            try container.encode(precision, forKey: .precision)
        }
    }

    func json() throws -> String {
        let document = Document(
            network: network.name, dataset: evaluation.dataset, split: evaluation.split,
            dataChecksum: evaluation.dataChecksum, samples: evaluation.samples,
            score: policy.score, thresholds: policy.thresholds, accuracy: evaluation.accuracy,
            exitRates: evaluation.exitRates, exitedAccuracy: evaluation.exitedAccuracy,
            forcedAccuracy: evaluation.forcedAccuracy,
            multiplyAccumulates: evaluation.multiplyAccumulates, engine: engine,
            precision: "float32")
        return String(decoding: try JSONEncoder.branchyNet.encode(document), as: UTF8.self) + "\n"
    }

    func table() throws -> String {
        let costs = try ExitCosts(of: network).multiplyAccumulates
        var table = Table([.left, .right, .right, .right, .right, .right])
        table.add(
            ["", "threshold", "left here", "right of these", "right of all", "MACs to here"])
        for (exit, name) in network.exitNames.enumerated() {
            let isFinal = exit == network.exitCount - 1
            table.add([
                isFinal ? name : "exit \(exit + 1), \(name)",
                isFinal ? "-" : "\(policy.thresholds[exit])",
                Format.percent(evaluation.exitRates[exit]),
                Format.percent(evaluation.exitedAccuracy[exit]),
                Format.percent(evaluation.forcedAccuracy[exit]),
                Format.grouped(costs[exit]),
            ])
        }
        return """
            \(network.name) on \(evaluation.dataset), \(evaluation.split) split: \
            \(Format.grouped(evaluation.samples)) images

            accuracy       \(Format.percent(evaluation.accuracy))
            work           \(work(of: costs))
            exit policy    \(policy.score.rawValue), \(engine) engine, float32

            \(table.text)
            """
    }

    private func work(of costs: [Int]) -> String {
        guard let mean = evaluation.multiplyAccumulates else { return "-" }
        let worst = costs.last ?? 0
        return "\(Format.grouped(Int(mean.rounded()))) multiply-accumulates per image on average, "
            + "\(Format.grouped(worst)) where nobody leaves early"
    }
}
