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
            Takes IDX files of images (plain or .gz), PNG and JPEG files, and folders: of these all \
            PNG and JPEG files, in the order of their paths. Answers are printed as they are found.
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

    @Flag(help: "Print one JSON object per image on standard output.")
    var json = false

    func run() throws {
        let trained = try model.load()
        let engine = try engine.inference()
        let predictor = try model.predictor(of: trained, engine: engine)
        let certification = try WorkflowDisplay.whileShown(false) { observer in
            try CertificateFile(in: model.path)
                .certification(of: predictor.policy, by: engine, observer)
        }
        let lines = AnswerLines(
            asJSON: json, classes: trained.classNames, exits: trained.network.exitNames,
            certification: certification.rawValue)
        try PredictionPipeline(model: trained, predictor: predictor, lines: lines, topCount: top)
            .run(WorkList(files, shape: trained.network.inputShape, limit: limit))
    }
}
