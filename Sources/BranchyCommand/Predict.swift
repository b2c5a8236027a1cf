import ArgumentParser
import BranchyData
import BranchyNet
import Compute

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
        var session = try predictor.makeSession()
        // The first answer of a process reads cold code and memory; nobody's time is measured by it.
        let blank = [Float](repeating: 0, count: trained.network.inputShape.elementCount)
        _ = try session.predict(blank.span)
        var output = AnswerStream(
            asJSON: json,
            try CertificateFile(in: model.path).certification(of: predictor.policy, by: engine))
        Interrupt.watch()
        for file in files {
            let group = try ImageGroup(file)
            if let note = group.note { StandardError.write(note) }
            try answer(group, by: trained, &session, &output)
        }
    }

    private func answer(
        _ group: ImageGroup, by trained: TrainedModel, _ session: inout Predictor.Session,
        _ output: inout AnswerStream
    ) throws {
        var left = limit ?? .max
        for (number, file) in group.files.enumerated() where number == 0 || left > 0 {
            var images = try ImageFile.open(
                file, shape: trained.network.inputShape, limit: left)
            if number == 0 { try output.begin(group) }
            var index = 0
            while let image = try images.next(preparedBy: trained.preprocessing) {
                guard !Interrupt.isRequested else {
                    throw Interrupted(description: "stopped in \(file) after \(index) images")
                }
                let answer = try answer(image, file, index, by: trained, &session)
                try output.write(answer, in: group)
                index += 1
            }
            left -= images.count
        }
    }

    private func answer(
        _ image: [Float], _ file: String, _ index: Int, by trained: TrainedModel,
        _ session: inout Predictor.Session
    ) throws -> Answer {
        let start = ContinuousClock.now
        let prediction = try session.predict(image.span)
        let latency = start.duration(to: .now)
        let ranking = session.withLogits(ofExit: prediction.exit) {
            ClassProbability.ranking($0, names: trained.classNames, count: top)
        }
        return Answer(file: file, image: index, prediction, ranking, trained, latency: latency)
    }
}
