import ArgumentParser
import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyNet
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

    @Option(
        help: ArgumentHelp("Evaluate only the first images.", valueName: "n"),
        transform: Number.whole(0...Int.max))
    var limit: Int?

    @Option(
        help: ArgumentHelp("Measure times on so many images; 0 for no times.", valueName: "n"),
        transform: Number.whole(0...Int.max))
    var latencyImages = 2_000

    @Flag(help: "Show which classes are taken for which.")
    var confusion = false

    @Option(
        help: ArgumentHelp(
            "Write the tables to this folder too, as CSV files for other tools.",
            valueName: "folder"), completion: .directory)
    var csv: String?

    @OptionGroup var replacement: ReplacementOptions

    @Flag(help: "Print the result as JSON on standard output.")
    var json = false

    @Flag(help: "Show no progress.")
    var quiet = false

    func run() throws {
        let tables = csv.map { TableFolder($0, replacement) }
        try tables?.check(EvaluationReport.tableKinds)
        let report = try report()
        try tables?.write(report.tables())
        try StandardOutput.write(json ? report.json() : report.table())
        if let fault = report.fault {
            StandardError.write("Error: \(fault)\n")
            throw ExitCode(ExitStatus.failure.rawValue)
        }
    }

    /// Evaluates as the options say.
    func report() throws -> EvaluationReport {
        let trained = try model.load()
        let engine = try engineOptions.inference()
        let predictor = try model.predictor(of: trained, engine: engine)
        let splits = try DataFolder(data, run: model.path, within: model.memory)
            .splits(of: trained, in: model.path)
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
        let plain = try baseline.map {
            try PlainNetwork(at: $0, engine: engine, within: model.memory)
        }
        var progress = ProgressLine(isShown: !quiet)
        defer { progress.clear() }
        let answers = try answers(of: predictor, trained, on: split, &progress)
        let plainAnswers = try plain.map {
            try self.answers(of: $0.predictor, $0.model, on: $0.relabelled(split), &progress)
        }
        let latency = try LatencyReport(
            of: predictor, beside: plain, trained, on: split,
            imageCount: min(latencyImages, limit ?? .max), &progress)
        return EvaluationReport(
            network: trained.network, policy: .init(predictor.policy), engine: engine.name,
            precision: engine.arithmetic.precision, evaluation: Evaluation(answers),
            isInSample: trained.calibration?.dataChecksum == split.checksum
                && trained.policy == ModelPolicy(predictor.policy),
            certification: try CertificateFile(in: model.path).certification(
                of: predictor.policy, by: engine),
            latency: latency,
            baseline: plain.map {
                Baseline(
                    $0, isRight: plainAnswers?.isRight ?? [], beside: answers.isRight, of: trained)
            }, classNames: trained.classNames, isConfusionShown: confusion)
    }

    private func answers<Split: DataSplit>(
        of predictor: Predictor, _ trained: TrainedModel, on split: Split,
        _ progress: inout ProgressLine
    ) throws -> RecordedAnswers<Split> {
        try RecordedAnswers(
            of: predictor, on: split, preprocessing: trained.preprocessing, limit: limit ?? .max
        ) { done, count in
            try progress.step("evaluating \(trained.network.name)", done, of: count)
        }
    }
}
