import ArgumentParser
import BranchyCompute
import BranchyData
import BranchyNet
import BranchyWorkflow

/// `branchynet predict`
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer images, each at the first exit that is sure.",
        discussion: """
            Takes IDX files of images (plain or .gz), pictures (PNG, JPEG, WebP, BMP), and folders: of these all \
            pictures, in the order of their paths. Answers are printed as they are found. \
            A file that cannot be answered is named on standard error and the others are answered; \
            the exit code is 1 then, or 65 where no image was answered.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var engine: EngineOptions

    @Argument(
        help: ArgumentHelp("Files of images, and folders of them.", valueName: "file"),
        completion: .file())
    var files: [String]

    @Option(
        help: ArgumentHelp("Answer only the first images of each file or folder.", valueName: "n"),
        transform: Number.whole(0...Int.max))
    var limit: Int?

    @Option(
        help: ArgumentHelp("Show the most probable classes, so many.", valueName: "k"),
        transform: Number.whole(1...Int.max))
    var top = 1

    @Flag(
        help: ArgumentHelp(
            "Bring pictures to the size that the network reads.",
            discussion:
                "The shorter side is resized, then the middle is taken. Only for models that "
                + "were trained on images of one size: others say themselves what they do."))
    var resize = false

    @OptionGroup var judgement: JudgementOptions

    @Flag(help: "Print one JSON object per image on standard output.")
    var json = false

    func validate() throws {
        guard judgement.allExits else { return }
        if let option = model.policy.given {
            throw ValidationError(
                "--all-exits asks every exit, whatever the policy: pass it or \(option)")
        }
    }

    func run() throws {
        var trained = try resized(model.load())
        let engine = try engine.inference()
        let predictor =
            try judgement.allExits
            ? Predictor(
                network: trained.network, parameters: trained.takeParameters(),
                temperatures: trained.temperatures, policy: FixedExitPolicy(exit: 0),
                engine: engine)
            : model.predictor(taking: &trained, engine: engine)
        let lines = AnswerLines(
            judgement.style(isJSON: json), classes: trained.classNames,
            exits: trained.network.exitNames,
            certification: try certification(of: predictor, by: engine).rawValue)
        var pipeline = PredictionPipeline(
            model: trained, predictor: predictor, lines: lines, topCount: top)
        judgement.apply(to: &pipeline)
        let counts = try pipeline.run(
            WorkList(files, as: ImageInput(of: trained), limit: limit))
        try end(with: counts)
    }

    /// The model, such that it takes pictures of any size if that was asked for.
    private func resized(_ trained: consuming TrainedModel) -> TrainedModel {
        guard resize, trained.preprocessing.geometry == nil else { return trained }
        let shape = trained.network.inputShape
        let side = min(shape[1], shape[2])
        trained.preprocessing.geometry = ImageGeometry(resize: side)
        StandardError.write(
            "note: the shorter side of each picture is resized to \(side) pixels, then the middle of "
                + "\(shape[2]) x \(shape[1]) is taken\n")
        return trained
    }

    /// Whether the model's certificate holds; where every exit is asked nothing is promised.
    private func certification(
        of predictor: Predictor, by engine: any Engine
    ) throws -> Certification {
        try WorkflowDisplay.whileShown(false) { observer in
            guard !judgement.allExits else { return .none }
            return try CertificateFile(in: model.path)
                .certification(of: predictor, by: engine, observer)
        }
    }

    private func end(with counts: AnswerCounts) throws {
        if let summary = judgement.summary(of: counts) { StandardError.write(summary) }
        if let summary = counts.summary { StandardError.write(summary) }
        if let failure = counts.failure { throw ExitCode(failure.rawValue) }
    }
}
