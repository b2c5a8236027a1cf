import ArgumentParser
import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// `branchynet study thresholds`
struct StudyThresholds: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "thresholds",
        abstract: "How many images leave at each threshold, and how accurately (Figure 4).",
        discussion: """
            Every exit's answer to each calibration image is recorded once, and thresholds are \
            replayed on it. One early exit is open at a time; nobody leaves at the others. Nothing \
            is trained, and the model stays as it is.
            """)

    /// How many images a quick run looks at.
    private static let quickLimit = 500

    @OptionGroup var model: ModelArgument

    @OptionGroup var data: DataOptions
    @OptionGroup var engineOptions: EngineOptions

    @Option(help: "What thresholds are compared with.")
    var score: ExitScore.Kind = .entropy

    @Flag(help: "Only the first 500 images.")
    var quick = false

    @OptionGroup var output: StudyOutput

    func run() throws {
        try output.check(for: ThresholdStudy.self)
        let study = try WorkflowDisplay.whileShown(!output.quiet) { observer in
            try ModelFolder(model.path).studyThresholds(
                of: score, limit: quick ? Self.quickLimit : .max, on: data.source,
                memory: model.memory.limit, engine: engineOptions.inference(), observer: observer)
        }
        try output.write(study)
    }
}
