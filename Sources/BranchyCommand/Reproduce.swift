public import ArgumentParser
import BranchyNet
public import BranchyTraining

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
    enum Subject: String, ExpressibleByArgument, CaseIterable {
        case lenet
        case alexnet
        case resnet110
        case all
    }

    @Argument(help: "Which networks.")
    var subject: Subject = .all

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
        let page = OutputFile(path, ResultsPage.kind, replacement)
        try FolderLock(output).whileHeld {
            try page.check()
            try run(in: output, page)
        }
    }

    private func run(in output: String, _ page: OutputFile) throws {
        for experiment in Experiment.all where experiment.belongs(to: subject) {
            try run(experiment, in: output)
        }
        let results = try Experiment.all.compactMap { try $0.result(in: output) }
        try page.write(ResultsPage(results).text)
        let count = results.count == 1 ? "1 experiment" : "\(results.count) experiments"
        try StandardOutput.write("\(page.path): \(count)\n")
    }

    private func run(_ experiment: Experiment, in output: String) throws {
        guard try experiment.result(in: output) == nil else { return }
        try trainNetworks(of: experiment, in: output)
        let plain = output + "/" + experiment.plain
        let baseline = experiment.baseline(in: output)
        let branched = output + "/" + experiment.branched
        let shared = dataArguments + (quiet ? ["--quiet"] : [])
        let calibration = try Calibrate.parse([branched] + experiment.wish + shared).outcome()
        if !quiet { StandardError.write(calibration) }
        let report = try Evaluate.parse([branched, "--baseline", baseline] + shared).report()
        var start: ExperimentResult.Row?
        if experiment.startsFromPlain {
            start = try .init(
                Evaluate.parse([plain, "--latency-images", "0"] + shared).report(),
                recipe: recipe(of: experiment.plain, at: plain))
        }
        let result = try ExperimentResult(
            experiment, report, recipe: recipe(of: experiment.branched, at: branched),
            plainRecipe: recipe(of: experiment.plain, at: baseline), start: start,
            wish: ModelFolder(branched).read().calibration?.wish)
        try result.write(to: experiment.resultPath(in: output))
        if !quiet { StandardError.write(try report.table() + "\n") }
    }

    /// Trains the plain network and the branched one, and where that begins with the plain one's
    /// parameters, the plain one for as long after them.
    private func trainNetworks(of experiment: Experiment, in output: String) throws {
        let plain = output + "/" + experiment.plain
        let settings = ["--set", "precision=\((precision ?? experiment.precision).rawValue)"]
        let start = experiment.startsFromPlain ? ["--from", plain] : []
        try train(experiment.plain, plain, settings)
        try train(experiment.branched, output + "/" + experiment.branched, settings + start)
        if experiment.startsFromPlain {
            try train(
                experiment.plain, experiment.baseline(in: output),
                settings + start + experiment.longerPlainArguments())
        }
    }

    private func recipe(of network: String, at folder: String) throws -> Recipe {
        try Recipe(besideModel: folder, of: .named(network))
    }

    private func train(_ network: String, _ folder: String, _ arguments: [String]) throws {
        let training = ResumableTraining(
            network: network, folder: folder,
            arguments: arguments + dataArguments
                + (quick ? ResumableTraining.quickArguments : []))
        if !quiet && !training.isFinished { StandardError.write("training \(network)\n") }
        try training.run(quiet: quiet)
    }

    private var dataArguments: [String] {
        (data.dataset.map { ["--dataset", $0] } ?? [])
            + (data.dataDir.map { ["--data-dir", $0] } ?? [])
    }
}
