import ArgumentParser
import BranchyNet
import BranchyReport
import BranchyWorkflow

/// `branchynet report`
struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a model and its thresholds are worth, as a page to look at.",
        discussion: """
            The page is one HTML file that needs no other: accuracy against time, where images \
            leave, how much the thresholds matter, how far probabilities can be believed, the \
            classes, easy and hard images, the certificate, and where the model comes from. \
            Thresholds are only ever chosen by the calibration images; what other images say of \
            them chose nothing.
            """)

    @OptionGroup var model: ModelArgument

    @OptionGroup var data: DataOptions
    @OptionGroup var engineOptions: EngineOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write the page here.", valueName: "file"), completion: .file())
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Write the numbers of each figure to this folder, as CSV.", valueName: "dir"),
        completion: .directory)
    var csv: String?

    @OptionGroup var replacement: ReplacementOptions

    @Flag(help: "Draw accuracy against time in the terminal.")
    var plot = false

    @Option(help: "The split that is reported on.")
    var split = EvaluationSplit.test

    @Option(
        help: ArgumentHelp(
            "Folder of the plain network, trained on its own for as long, to compare with.",
            valueName: "model"), completion: .directory)
    var baseline: String?

    @Option(
        help: ArgumentHelp(
            "Measure times on so many images; 0 to count multiply-accumulates instead.",
            valueName: "n"), transform: Number.whole(0...Int.max))
    var latencyImages = 500

    @Flag(help: "Show no progress.")
    var quiet = false

    func validate() throws {
        guard output != nil || csv != nil || plot else {
            throw ValidationError(
                "ask for a page by --output report.html, for numbers by --csv FOLDER, or for "
                    + "--plot")
        }
    }

    func run() throws {
        let file = output.map { OutputFile($0, .report, replacement) }
        let tables = csv.map { TableFolder($0, replacement) }
        try file?.check()
        try tables?.check(ReportPage.tableKinds)
        let page = try page()
        try file?.write(page.html)
        try tables?.write(page.tables)
        if plot {
            let isTerminal = StandardOutput.isTerminal
            let drawing = TerminalPlot(
                page.curve, style: isTerminal ? .braille : .plain,
                columns: min(isTerminal ? StandardOutput.width - 12 : 64, 100))
            try StandardOutput.write(drawing.text)
        }
    }

    private func page() throws -> ReportPage {
        var options = ReportOptions(command: Self.command)
        (options.split, options.baseline) = (split, baseline)
        options.latencyImages = latencyImages
        (options.data, options.memory) = (data.source, model.memory.limit)
        return try WorkflowDisplay.whileShown(!quiet) { observer in
            try ModelFolder(model.path).makeReport(
                options, engine: engineOptions.inference(), observer: observer)
        }
    }

    /// What made the page, as a line of shell.
    private static var command: String {
        let words = CommandLine.arguments.dropFirst().map(\.shellWord)
        return (["branchynet"] + words).joined(separator: " ")
    }
}

extension OutputFile.Kind {
    /// What this command writes.
    fileprivate static let report = Self(
        title: "a report of this program", beginning: ReportPage.beginning)
}
