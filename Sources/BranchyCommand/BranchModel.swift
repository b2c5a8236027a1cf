import ArgumentParser
import BranchyNet
import BranchyWorkflow

/// `branchynet branch`; the library has a type of that name.
struct BranchModel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "branch",
        abstract: "Put exits on a network that is already trained.",
        discussion: """
            Writes a new model; the one that came in stays as it is, and so does every answer of the \
            last exit, bit for bit. The new branches are random until they are trained: train DIR \
            --freeze trunk. strip gives the network back that came in.
            """)

    @Argument(
        help: ArgumentHelp("Folder of a plain model, such as an imported one.", valueName: "model"),
        completion: .directory)
    var model: String

    @Option(
        help: ArgumentHelp(
            "Where exits go, separated by commas: names that inspect lists, such as layer2, or shares "
                + "of the work, such as 50%.", valueName: "points"))
    var at: String

    @Option(
        help: ArgumentHelp(
            "What each is made of: \(BranchHead.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "kind"), transform: Self.head)
    var head: BranchHead = .conv

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

    @Flag(help: "Print what was put on as JSON on standard output.")
    var json = false

    func run() throws {
        let places = at.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard !places.contains("") else {
            throw ValidationError("--at \(at): expected names or shares, separated by commas")
        }
        let summary = try ModelFolder(ShippedModels.folder(model)).branch(
            at: places, head: head, share: headShare?.fraction ?? BranchHead.standardShare,
            seed: seed, into: output)
        if json {
            try StandardOutput.write(json: summary)
        } else {
            try StandardOutput.write(summary.text)
            StandardError.write(
                "wrote \(output); next: branchynet train \(output.shellWord) --freeze trunk "
                    + "--dataset folder:PHOTOS --output RUN\n")
        }
    }

    private static func head(_ argument: String) throws -> BranchHead {
        guard let head = BranchHead(rawValue: argument) else {
            let known = BranchHead.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("there is no head '\(argument)'; there are \(known)")
        }
        return head
    }
}

extension BranchingSummary {
    /// A table with a row for each exit.
    fileprivate var text: String {
        var table = Table([.left, .left, .right, .right, .right])
        table.add(["exit", "behind", "reads", "branch", "work to the exit"])
        for exit in exits {
            table.add([
                exit.name, exit.behind, "\(exit.shape)", Format.percent(exit.headShare),
                Format.percent(exit.share),
            ])
        }
        table.add(["final exit", "", "", "", Format.percent(worstCase)])
        return "\(network): \(head) heads\n\n\(table.text)"
    }
}
