import ArgumentParser
import BranchyData
import BranchyNet
import Foundation

/// `branchynet predict`
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer images, each at the first exit that is sure.",
        discussion: "Takes IDX files of images (plain or .gz), PNG and JPEG files.")

    @OptionGroup var model: ModelOptions

    @Argument(
        help: ArgumentHelp("Files of images.", valueName: "file"), completion: .file())
    var files: [String]

    @Option(help: ArgumentHelp("Answer only the first images of each file.", valueName: "n"))
    var limit: Int?

    @Flag(help: "Print one JSON object per image on standard output.")
    var json = false

    func validate() throws {
        if let limit, limit < 0 {
            throw ValidationError("--limit is \(limit), expected 0 or more")
        }
    }

    func run() throws {
        let trained = try model.load()
        let predictor = try Predictor(
            network: trained.network, parameters: trained.parameters,
            policy: try model.policy(for: trained), engine: try Engines.inference())
        var session = try predictor.makeSession()
        Interrupt.watch()
        for file in files {
            let images = try ImageFile(file, shape: trained.network.inputShape)
            if !json { print(Answer.heading(file)) }
            for index in 0..<min(images.count, limit ?? .max) {
                if Interrupt.isRequested { throw Interrupted(description: "stopped in \(file)") }
                let image = images.image(at: index, preparedBy: trained.preprocessing)
                let answer = Answer(
                    file: file, image: index, try session.predict(image.span), trained)
                print(json ? try answer.json() : answer.line)
            }
        }
    }
}

/// What `predict` prints about one image.
private struct Answer: Encodable {
    let file: String
    let image: Int
    let predictedClass: Int
    let className: String
    let exit: Int
    let exitName: String
    let entropy: Float
    let probability: Float

    private enum CodingKeys: String, CodingKey {
        case file, image, className, exit, exitName, entropy, probability
        case predictedClass = "class"
    }

    init(file: String, image: Int, _ prediction: Prediction, _ model: TrainedModel) {
        self.file = file
        self.image = image
        predictedClass = prediction.predictedClass
        className = model.classNames[prediction.predictedClass]
        exit = prediction.exit
        exitName = model.network.exitNames[prediction.exit]
        entropy = prediction.observation.entropy
        probability = prediction.observation.maximumProbability
    }

    func json() throws -> String {
        let encoder = JSONEncoder.branchyNet
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// What stands above a file's answers.
    static func heading(_ file: String) -> String {
        let columns = ["image", "class", "exit", "entropy", "probability"]
        return "\(file)\n" + row(columns)
    }

    var line: String {
        Self.row([
            String(image), className, exitName == "final exit" ? exitName : "exit \(exit + 1)",
            Format.fixed(Double(entropy), digits: 4), Format.fixed(Double(probability), digits: 4),
        ])
    }

    /// Answers are printed as they come, so the columns' widths are fixed beforehand.
    private static func row(_ columns: [String]) -> String {
        zip(columns, [8, 12, 10, 7, 11]).map { text, width in
            String(repeating: " ", count: max(0, width - text.count)) + text
        }.joined(separator: "  ")
    }
}
