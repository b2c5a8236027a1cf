public import ArgumentParser
import BranchyNet
import BranchyReport
public import BranchyWorkflow

/// `branchynet evaluate`
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure how accurate and how fast a model is, and where samples leave it.",
        discussion: """
            Samples really leave: the stages behind the exit are not run for them. Times run from \
            the prepared image to the answer; with --baseline the plain network takes turns with \
            the one with exits on every image.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var engineOptions: EngineOptions

    @Option(help: "The split to evaluate on.")
    var split = EvaluationSplit.test

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

    @OptionGroup var rejection: RejectionOption

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
        let report = try WorkflowDisplay.whileShown(!quiet) { observer in
            try ModelFolder(model.path).evaluate(
                options, engine: engineOptions.inference(), observer: observer,
                by: model.predictor)
        }
        try tables?.write(report.tables())
        if json {
            try StandardOutput.write(json: report.document(withConfusion: confusion))
        } else {
            try StandardOutput.write(
                EvaluationText(report, isConfusionShown: confusion).text)
        }
        if let fault = report.fault {
            StandardError.write("Error: \(fault)\n")
            throw ExitCode(ExitStatus.failure.rawValue)
        }
    }

    private var options: EvaluationOptions {
        var options = EvaluationOptions()
        (options.split, options.baseline) = (split, baseline)
        (options.limit, options.latencyImages) = (limit, latencyImages)
        options.leastProbability = rejection.leastProbability
        (options.data, options.memory) = (data.source, model.memory.limit)
        return options
    }
}

extension EvaluationSplit: ExpressibleByArgument {}
