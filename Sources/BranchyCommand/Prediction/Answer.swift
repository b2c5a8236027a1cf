import BranchyNet
import Compute
import Foundation

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
        // NaN is neither above nor below anything, which no order can be made of.
        let keys = scores.map { $0.isNaN ? -.infinity : $0 }
        let maximum = scores.max() ?? 0
        let exponentials = scores.map { exp($0 - maximum) }
        let sum = exponentials.reduce(0, +)
        let order = keys.indices.sorted { (keys[$1], $0) < (keys[$0], $1) }
        return order.prefix(count).map {
            ClassProbability(index: $0, name: names[$0], probability: exponentials[$0] / sum)
        }
    }
}

/// What `predict` says about one image.
struct Answer: Encodable {
    let file: String
    let image: Int
    let predictedClass: Int
    let className: String
    let exit: Int
    let exitName: String
    let entropy: Float
    let probability: Float
    /// Whether the logits of the exit that answered are; where not, the answer means nothing.
    let finite: Bool
    let latencyMicroseconds: Double
    let top: [ClassProbability]
    var certification = Certification.none

    private enum CodingKeys: String, CodingKey {
        case file, image, className, exit, exitName, entropy, probability, latencyMicroseconds, top
        case certification, finite
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
        finite = prediction.observation.isFinite
        latencyMicroseconds = latency.seconds * 1e6
    }

    /// Columns of fixed width, because answers are printed as they come.
    var columns: [String] {
        [
            String(image), className, exitName == "final exit" ? exitName : "exit \(exit + 1)",
            Format.fixed(Double(entropy), digits: 4), Format.fixed(Double(probability), digits: 4),
            Format.microseconds(latencyMicroseconds),
        ] + top.dropFirst().map { "\($0.name) \(Format.percent($0.probability))" }
            + (finite ? [] : ["not finite"])
    }
}
