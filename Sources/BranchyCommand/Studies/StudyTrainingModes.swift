import ArgumentParser
import BranchyNet
import BranchyWorkflow

/// `branchynet study modes`
struct StudyTrainingModes: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "modes",
        abstract: "Train the exits in several modes, beside the plain network (section V.A).",
        discussion: """
            Modes are joint, trunk-first, gradient-equilibrium, self-distillation and layer-wise. For \
            each seed the plain network is trained as long by the same recipe, and the last exit of \
            each mode is compared with it on the same validation images. All models are kept.
            """)

    @Argument(
        help: ArgumentHelp(
            "The network: a name, or a file that describes one.", valueName: "network"))
    var network = "b-alexnet"

    @Option(
        help: ArgumentHelp("Modes, separated by commas (default: all).", valueName: "mode,mode"))
    var modes: String?

    @Option(
        help: ArgumentHelp("How many seeds each is trained from.", valueName: "n"),
        transform: Number.whole(1...1_000))
    var seeds = 1

    @OptionGroup var training: StudyTraining
    @OptionGroup var engineOptions: EngineOptions
    @OptionGroup var output: StudyOutput

    func validate() throws { _ = try chosenModes() }

    private func chosenModes() throws -> [TrainingMode] {
        guard let modes else { return TrainingMode.allCases }
        let fields = modes.split(separator: ",", omittingEmptySubsequences: false)
        let chosen = fields.compactMap { TrainingMode(rawValue: String($0)) }
        guard chosen.count == fields.count, Set(chosen).count == chosen.count else {
            let known = TrainingMode.allCases.map(\.rawValue).joined(separator: ",")
            throw ValidationError("--modes is \(modes), expected different ones of \(known)")
        }
        return chosen
    }

    func run() throws {
        let network = try BranchedNetwork(nameOrFile: network)
        let modes = try chosenModes()
        try output.check(for: TrainingModeStudy.self)
        let study = try WorkflowDisplay.whileShown(!output.quiet) { observer in
            try TrainingModeStudy.conduct(
                network, modes: modes, seedCount: seeds, in: training.folder(ofStudy: "modes"),
                training.options, inference: engineOptions.inference(), observer: observer,
                training: Engines.training)
        }
        try output.write(study)
    }
}
