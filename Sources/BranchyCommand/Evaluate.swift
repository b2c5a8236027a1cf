import ArgumentParser
import BranchyData
import BranchyEvaluation
import BranchyNet
import Compute
import NativeEngine

/// `branchynet evaluate`
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure how accurate and how fast a model is, and where samples leave it.",
        discussion: """
            Samples really leave: the stages behind the exit are not run for them. Times run from \
            the prepared image to the answer; with --baseline the plain network takes turns with \
            the one with exits on every image.
            """)

    /// The split that is evaluated.
    enum Split: String, ExpressibleByArgument, CaseIterable {
        case test
        case calibration
        case validation
    }

    @OptionGroup var model: ModelOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var engineOptions: EngineOptions

    @Option(help: "The split to evaluate on.")
    var split: Split = .test

    @Option(
        help: ArgumentHelp(
            "Folder of the plain network, trained on its own for as long, to compare with.",
            valueName: "model"), completion: .directory)
    var baseline: String?

    @Option(help: ArgumentHelp("Evaluate only the first images.", valueName: "n"))
    var limit: Int?

    @Option(
        help: ArgumentHelp("Measure times on so many images; 0 for no times.", valueName: "n"))
    var latencyImages = 2_000

    @Flag(help: "Show which classes are taken for which.")
    var confusion = false

    @Option(
        help: ArgumentHelp(
            "Write the tables to this folder too, as CSV files for other tools.",
            valueName: "folder"), completion: .directory)
    var csv: String?

    @Flag(help: "Print the result as JSON on standard output.")
    var json = false

    @Flag(help: "Show no progress.")
    var quiet = false

    func validate() throws {
        for (name, value) in [("--limit", limit ?? 0), ("--latency-images", latencyImages)]
        where value < 0 {
            throw ValidationError("\(name) is \(value), expected 0 or more")
        }
    }

    func run() throws {
        // Before anything takes long, since afterwards would be too late to fail.
        if let csv { try OutputFolder.make(csv) }
        let report = try report()
        if let csv { try report.writeTables(into: csv) }
        try StandardOutput.write(json ? report.json() : report.table())
    }

    /// Evaluates as the options say.
    func report() throws -> EvaluationReport {
        let trained = try model.load()
        let engine = try engineOptions.inference()
        let predictor = try model.predictor(of: trained, engine: engine)
        let splits = try DataFolder(data, run: model.path).splits(of: trained, in: model.path)
        Interrupt.watch()
        return switch split {
        case .test: try report(trained, predictor, engine, on: splits.test)
        case .calibration: try report(trained, predictor, engine, on: splits.calibration)
        case .validation: try report(trained, predictor, engine, on: splits.validation)
        }
    }

    private func report(
        _ trained: TrainedModel, _ predictor: Predictor, _ engine: any Engine,
        on split: some DataSplit
    ) throws -> EvaluationReport {
        let plain = try baseline.map { try PlainNetwork(at: $0, engine: engine) }
        var progress = ProgressLine(isShown: !quiet)
        defer { progress.clear() }
        let evaluation = try evaluate(predictor, trained, on: split, &progress)
        let plainEvaluation = try plain.map {
            try evaluate($0.predictor, $0.model, on: split, &progress)
        }
        let latency = try measure(predictor, plain, trained, on: split, &progress)
        return EvaluationReport(
            network: trained.network, policy: .init(predictor.policy), engine: engine.name,
            precision: engineOptions.precision.rawValue, evaluation: evaluation,
            isInSample: trained.calibration?.dataChecksum == split.checksum
                && trained.policy == predictor.policy as? ThresholdPolicy,
            certification: try CertificateFile(in: model.path).certification(
                of: predictor.policy, by: engine),
            latency: latency,
            baseline: plain.map {
                .init(
                    name: $0.model.network.name, accuracy: plainEvaluation?.accuracy,
                    isTrainedAlike: $0.isTrainedAlike(trained))
            }, classNames: trained.classNames, isConfusionShown: confusion)
    }

    private func evaluate(
        _ predictor: Predictor, _ trained: TrainedModel, on split: some DataSplit,
        _ progress: inout ProgressLine
    ) throws -> Evaluation {
        try Evaluation(
            of: predictor, on: split, preprocessing: trained.preprocessing, limit: limit ?? .max
        ) { done, count in
            try progress.step("evaluating \(trained.network.name)", done, of: count)
        }
    }

    private func measure(
        _ predictor: Predictor, _ plain: PlainNetwork?, _ trained: TrainedModel,
        on split: some DataSplit, _ progress: inout ProgressLine
    ) throws -> LatencyReport? {
        let count = min(latencyImages, limit ?? .max, split.count)
        guard count > 0 else { return nil }
        let exits = try (0..<trained.network.exitCount).map { try predictor.leaving(at: $0) }
        let subjects = [predictor] + exits + (plain.map { [$0.predictor] } ?? [])
        let measurement = try LatencyMeasurement(
            of: subjects, on: split, preprocessing: trained.preprocessing, imageCount: count
        ) { done, count in
            try progress.step("measuring", done, of: count)
        }
        return LatencyReport(measurement, exitCount: trained.network.exitCount)
    }
}

/// A network without exits that a gain is measured against.
struct PlainNetwork {
    let model: TrainedModel
    let predictor: Predictor

    /// - Throws: `ModelError` where the folder is no model, `NetworkError` where it has exits.
    init(at path: String, engine: any Engine) throws {
        model = try ModelFolder(path).read(digest: Checksum.sha256)
        guard model.network.exitCount == 1 else {
            throw NetworkError(
                .invalidValue,
                "\(path): '\(model.network.name)' has \(model.network.exitCount) exits, expected a "
                    + "plain network as baseline")
        }
        predictor = try Predictor(
            network: model.network, parameters: model.parameters,
            policy: ThresholdPolicy(thresholds: []), engine: engine)
    }

    /// Whether it learnt from the same images for as many epochs as another model.
    func isTrainedAlike(_ other: TrainedModel) -> Bool {
        model.provenance.trainingChecksum == other.provenance.trainingChecksum
            && model.provenance.epochs == other.provenance.epochs
    }
}
