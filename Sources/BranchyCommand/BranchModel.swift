import ArgumentParser
import BranchyEvaluation
import BranchyNet
import BranchyReport
import BranchyWorkflow

/// `branchynet branch`; the library has a type of that name.
struct BranchModel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "branch",
        abstract: "Put exits on a network that is already trained.",
        discussion: """
            Writes a new model; the one that came in stays as it is, and so does every answer of the \
            last exit, bit for bit. The new branches are random until they are trained: train DIR \
            --freeze trunk. strip gives the network back that came in. With --at auto, heads of every \
            kind are tried on pictures at every place, and those are put on that make the network \
            fastest on this machine.
            """)

    @Argument(
        help: ArgumentHelp("Folder of a plain model, such as an imported one.", valueName: "model"),
        completion: .directory)
    var model: String

    @Option(
        help: ArgumentHelp(
            "Where exits go, separated by commas: names that inspect lists, such as layer2, or shares "
                + "of the work, such as 50%; or auto, for where they pay on the pictures of --data.",
            valueName: "points"))
    var at: String

    @Option(
        help: ArgumentHelp(
            "What each is made of: \(BranchHead.allCases.map(\.rawValue).joined(separator: ", ")); conv "
                + "by default, and with --at auto whichever pays.",
            valueName: "kind"), transform: Self.head)
    var head: BranchHead?

    @Option(
        help: ArgumentHelp(
            "How much of the network's work each may take, such as 5%; 3% by default.",
            valueName: "share"), transform: Share.parse)
    var headShare: Share?

    @Option(help: ArgumentHelp("What the branches' first parameters are drawn by.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Folder to write the model to.", valueName: "dir"),
        completion: .directory)
    var output: String

    @OptionGroup var placement: PlacementArguments

    @Flag(help: "Print what was put on as JSON on standard output.")
    var json = false

    @Flag(help: "Show no progress.")
    var quiet = false

    private var share: Double { headShare?.fraction ?? BranchHead.standardShare }

    func run() throws {
        if at == "auto" { return try place() }
        try placement.requireNone()
        let places = at.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard !places.contains("") else {
            throw ValidationError("--at \(at): expected names or shares, separated by commas")
        }
        try show(
            ModelFolder(ShippedModels.folder(model)).branch(
                at: places, head: head ?? .conv, share: share, seed: seed, into: output))
    }

    /// Puts exits where they pay.
    private func place() throws {
        var options = try placement.options()
        (options.share, options.seed) = (share, seed)
        if let head { options.heads = [head] }
        let figure = placement.figure.map { OutputFile($0, .figure, placement.replacement) }
        try figure?.check()
        let placed = try WorkflowDisplay.whileShown(!quiet) { observer in
            try ModelFolder(ShippedModels.folder(model)).branch(
                placing: options, into: output, observer: observer,
                inference: Engines.inference(), engine: Engines.training)
        }
        try figure?.write(FigureFile(PlacementFigure(placed).plot).text)
        try show(placed.summary)
        guard placed.summary.exits.isEmpty else { return }
        throw CalibrationError(
            .noChoice,
            "no exit is worth having, so that nothing was written; allow less accuracy by "
                + "--accuracy-loss, larger heads by --head-share, or name places by --at")
    }

    private func show(_ summary: BranchingSummary) throws {
        guard !json else { return try StandardOutput.write(json: summary) }
        try StandardOutput.write(summary.text)
        guard !summary.exits.isEmpty, !quiet else { return }
        StandardError.write(
            "wrote \(output); next: branchynet train \(output.shellWord) --freeze trunk "
                + "--dataset \(placement.dataset) --output RUN\n")
    }

    private static func head(_ argument: String) throws -> BranchHead {
        guard let head = BranchHead(rawValue: argument) else {
            let known = BranchHead.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("there is no head '\(argument)'; there are \(known)")
        }
        return head
    }
}

extension OutputFile.Kind {
    /// What --figure writes.
    fileprivate static let figure = Self(
        title: "a figure of this program", beginning: FigureFile.beginning)
}
