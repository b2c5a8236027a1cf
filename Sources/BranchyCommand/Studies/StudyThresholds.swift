import ArgumentParser
import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyNet
import NativeEngine

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
    var score: ExitScore = .entropy

    @Flag(help: "Only the first 500 images.")
    var quick = false

    @OptionGroup var output: StudyOutput

    func run() throws {
        try output.check(for: ThresholdStudy.self)
        let trained = try model.load()
        let calibration = try DataFolder(data, run: model.path, within: model.memory)
            .splits(of: trained, in: model.path).calibration
        let engine = try engineOptions.inference()
        let predictor = try Predictor(
            network: trained.network, parameters: trained.parameters,
            policy: FixedExitPolicy(exit: 0), engine: engine)
        Interrupt.watch()
        var progress = ProgressLine(isShown: !output.quiet)
        let record = try ExitRecord(
            of: predictor, on: calibration, preprocessing: trained.preprocessing,
            limit: quick ? Self.quickLimit : .max
        ) { done, count in
            try progress.step("recording", done, of: count)
        }
        progress.clear()
        try record.checkFinite()
        try output.write(
            ThresholdStudy(
                record, trained.network, score: score, engine: engine.name,
                precision: engine.arithmetic.precision))
    }
}
