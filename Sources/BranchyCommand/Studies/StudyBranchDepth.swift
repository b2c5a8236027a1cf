import ArgumentParser
import BranchyNet
import BranchyWorkflow

/// `branchynet study branch-depth`
struct StudyBranchDepth: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "branch-depth",
        abstract: "Train with more and fewer convolutions in the first branch (Figure 5).",
        discussion: """
            Other branches are taken away, as in the paper. Convolutions beyond the branch's first \
            repeat it, with as many channels. Times are measured on this machine, all paths of all \
            variants taking turns.
            """)

    /// More would say nothing of a branch, which is to be small.
    private static let depthLimit = 64

    @Argument(
        help: ArgumentHelp(
            "The network: a name, or a file that describes one.", valueName: "network"))
    var network = "b-lenet"

    @Option(
        help: ArgumentHelp(
            "Numbers of convolutions, separated by commas.", valueName: "n,n"))
    var depths = "1,2,3,4"

    @OptionGroup var training: StudyTraining
    @OptionGroup var engineOptions: EngineOptions
    @OptionGroup var output: StudyOutput

    func validate() throws { _ = try depthNumbers() }

    private func depthNumbers() throws -> [Int] {
        let fields = depths.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = fields.compactMap { Int($0) }.filter { 1...Self.depthLimit ~= $0 }
        guard numbers.count == fields.count, Set(numbers).count == numbers.count else {
            throw ValidationError(
                "--depths is \(depths), expected different numbers from 1 to \(Self.depthLimit), "
                    + "such as 1,2,3")
        }
        return numbers
    }

    func run() throws {
        let original = try BranchedNetwork(nameOrFile: network)
        let depths = try depthNumbers()
        try output.check(for: BranchDepthStudy.self)
        let folder = training.folder(ofStudy: "branch-depth")
        var options = training.options
        options.replacesFiles = output.replacement.force
        let study = try WorkflowDisplay.whileShown(!output.quiet) { observer in
            try BranchDepthStudy.conduct(
                original, depths: depths, in: folder, options,
                inference: engineOptions.inference(), observer: observer,
                training: Engines.training)
        }
        try output.write(study)
    }
}
