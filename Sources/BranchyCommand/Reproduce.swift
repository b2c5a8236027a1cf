public import ArgumentParser
import BranchyNet
import BranchyReport
public import BranchyTraining
import BranchyWorkflow

extension Precision: ExpressibleByArgument {
    /// The recipe's names, and the short ones that `--precision` has everywhere.
    public init?(argument: String) {
        switch argument {
        case "fp32": self = .float32
        case "bf16": self = .bfloat16
        default: self.init(rawValue: argument)
        }
    }

    /// What help and errors name.
    public static var allValueStrings: [String] { ["fp32", "bf16"] }
}

/// `branchynet reproduce`
struct Reproduce: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Repeat the paper's experiments and write the results page.",
        discussion: """
            Each experiment trains a plain network and the one with branches by their built-in \
            recipes, calibrates the thresholds on held-out images and reads the test images once. \
            What is done is kept: the same command goes on where it was interrupted, and writes \
            the page from all experiments in the output folder.
            """)

    /// What is repeated.
    enum Choice: String, ExpressibleByArgument, CaseIterable {
        case lenet
        case alexnet
        case resnet110
        case all

        var experiments: [Experiment] {
            Experiment.all.filter { self == .all || $0.subject.rawValue == rawValue }
        }
    }

    @Argument(help: "Which networks.")
    var subject = Choice.all

    @OptionGroup var data: DataOptions

    @Option(
        help: ArgumentHelp(
            "What training computes in (default: bf16 on CIFAR-10, fp32 on MNIST).",
            discussion: "bf16 needs a processor with AVX-512 BF16.", valueName: "precision"))
    var precision: Precision?

    @Flag(help: "One epoch on a small part of the images: the same path, in minutes.")
    var quick = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Folder of the experiments' models and results (default: runs/reproduce, or "
                + "runs/reproduce-quick).", valueName: "dir"),
        completion: .directory)
    var output: String?

    @Option(
        help: ArgumentHelp(
            "The page to write (default: docs/Results.md, or Results.md in the output folder of "
                + "a quick run).", valueName: "file"),
        completion: .file(extensions: ["md"]))
    var page: String?

    @OptionGroup var replacement: ReplacementOptions

    @Flag(help: "Show no progress.")
    var quiet = false

    func run() throws {
        let output = output ?? (quick ? "runs/reproduce-quick" : "runs/reproduce")
        let path = page ?? (quick ? output + "/Results.md" : "docs/Results.md")
        let page = OutputFile(path, .resultsPage, replacement)
        try FolderLock(output).whileHeld {
            try page.check()
            try run(in: output, page)
        }
    }

    private func run(in output: String, _ page: OutputFile) throws {
        for experiment in subject.experiments { try reproduce(experiment, in: output) }
        let results = try Experiment.all.compactMap { try $0.result(in: output) }
        try page.write(ResultsPage(results).text)
        let count = results.count == 1 ? "1 experiment" : "\(results.count) experiments"
        try StandardOutput.write("\(page.path): \(count)\n")
    }

    private func reproduce(_ experiment: Experiment, in output: String) throws {
        var options = ReproductionOptions()
        (options.precision, options.isQuick) = (precision, quick)
        options.data = data.source
        let reproduction = try WorkflowDisplay.whileShown(!quiet) { observer in
            try experiment.reproduce(
                in: output, options, inference: Engines.inference(), observer: observer,
                training: Engines.training)
        }
        guard !quiet, let reproduction else { return }
        StandardError.write(try EvaluationText(reproduction.report).text + "\n")
    }
}

extension OutputFile.Kind {
    /// What this command writes.
    fileprivate static let resultsPage = Self(
        title: "a page of results of this program", beginning: ResultsPage.beginning)
}
