import ArgumentParser
import BranchyData
import BranchyNet
import Compute
import Foundation

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
        help: ArgumentHelp("Answer only the first images of each file or folder.", valueName: "n"))
    var limit: Int?

    @Option(help: ArgumentHelp("Show the most probable classes, so many.", valueName: "k"))
    var top = 1

    @Flag(help: "Print one JSON object per image on standard output.")
    var json = false

    func validate() throws {
        if let limit, limit < 0 {
            throw ValidationError("--limit is \(limit), expected 0 or more")
        }
        guard top >= 1 else { throw ValidationError("--top is \(top), expected 1 or more") }
    }

    func run() throws {
        let trained = try model.load()
        let engine = try engine.inference()
        let predictor = try model.predictor(of: trained, engine: engine)
        var session = try predictor.makeSession()
        // The first answer of a process reads cold code and memory; nobody's time is measured by it.
        let blank = [Float](repeating: 0, count: trained.network.inputShape.elementCount)
        _ = try session.predict(blank.span)
        let output = AnswerStream(
            asJSON: json,
            try CertificateFile(in: model.path).certification(of: predictor.policy, by: engine))
        Interrupt.watch()
        for file in files {
            let group = try ImageGroup(file)
            if let note = group.note { StandardError.write(note) }
            try answer(group, by: trained, &session, output)
        }
    }

    private func answer(
        _ group: ImageGroup, by trained: TrainedModel, _ session: inout Predictor.Session,
        _ output: AnswerStream
    ) throws {
        var left = limit ?? .max
        for (number, file) in group.files.enumerated() where number == 0 || left > 0 {
            let images = try ImageFile(file, shape: trained.network.inputShape)
            if number == 0 { try output.begin(group) }
            for index in 0..<min(images.count, left) {
                guard !Interrupt.isRequested else {
                    throw Interrupted(description: "stopped in \(file) after \(index) images")
                }
                let image = images.image(at: index, preparedBy: trained.preprocessing)
                let answer = try answer(image, file, index, by: trained, &session)
                try output.write(answer, in: group)
            }
            left -= min(images.count, left)
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

/// A class and how probable an exit finds it.
struct ClassProbability: Encodable {
    let index: Int
    let name: String
    let probability: Double

    private enum CodingKeys: String, CodingKey {
        case index = "class"
        case name = "className"
        case probability
    }

    /// The most probable classes, the first of equals first.
    static func ranking(
        _ logits: Span<Float>, names: [String], count: Int
    ) -> [ClassProbability] {
        let scores = logits.indices.map { Double(logits[$0]) }
        let maximum = scores.max() ?? 0
        let exponentials = scores.map { exp($0 - maximum) }
        let sum = exponentials.reduce(0, +)
        let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
        return order.prefix(count).map {
            ClassProbability(index: $0, name: names[$0], probability: exponentials[$0] / sum)
        }
    }
}

/// What `predict` says about one image.
private struct Answer: Encodable {
    let file: String
    let image: Int
    let predictedClass: Int
    let className: String
    let exit: Int
    let exitName: String
    let entropy: Float
    let probability: Float
    let latencyMicroseconds: Double
    let top: [ClassProbability]
    var certification = Certification.none

    private enum CodingKeys: String, CodingKey {
        case file, image, className, exit, exitName, entropy, probability, latencyMicroseconds, top
        case certification
        case predictedClass = "class"
    }

    init(
        file: String, image: Int, _ prediction: Prediction, _ top: [ClassProbability],
        _ model: TrainedModel, latency: Duration
    ) {
        self.file = file
        self.image = image
        self.top = top
        predictedClass = prediction.predictedClass
        className = model.classNames[prediction.predictedClass]
        exit = prediction.exit
        exitName = model.network.exitNames[prediction.exit]
        entropy = prediction.observation.entropy
        probability = prediction.observation.maximumProbability
        latencyMicroseconds = latency.seconds * 1e6
    }

    /// Columns of fixed width, because answers are printed as they come.
    var columns: [String] {
        [
            String(image), className, exitName == "final exit" ? exitName : "exit \(exit + 1)",
            Format.fixed(Double(entropy), digits: 4), Format.fixed(Double(probability), digits: 4),
            Format.microseconds(latencyMicroseconds),
        ] + top.dropFirst().map { "\($0.name) \(Format.percent($0.probability))" }
    }
}

/// Writes answers to standard output, one line each.
private struct AnswerStream {
    private static let headings = ["image", "class", "exit", "entropy", "probability", "latency"]

    private let isJSON: Bool
    private let certification: Certification
    private let encoder: JSONEncoder

    init(asJSON isJSON: Bool, _ certification: Certification) {
        self.isJSON = isJSON
        self.certification = certification
        encoder = .branchyNet
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    func begin(_ group: ImageGroup) throws {
        guard !isJSON else { return }
        let ending = group.isFolder ? "  file" : ""
        try StandardOutput.write("\(group.path)\n" + row(Self.headings) + ending + "\n")
    }

    func write(_ answer: Answer, in group: ImageGroup) throws {
        var answer = answer
        answer.certification = certification
        let ending = group.isFolder ? "  " + group.name(of: answer.file) : ""
        let line =
            isJSON
            ? String(decoding: try encoder.encode(answer), as: UTF8.self)
            : row(answer.columns) + ending
        try StandardOutput.write(line + "\n")
    }

    private func row(_ columns: [String]) -> String {
        let widths = [6, 10, 10, 7, 11, 9]
        return columns.enumerated().map { index, text in
            let width = index < widths.count ? widths[index] : 11
            return String(repeating: " ", count: max(0, width - text.count)) + text
        }.joined(separator: "  ")
    }
}
