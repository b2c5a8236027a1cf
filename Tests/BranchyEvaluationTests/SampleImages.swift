import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyNet
import TestSupport

/// Images of two pixels, and a network that is easy to follow by hand.
///
/// The early exit answers 0 where the first pixel is larger, the final one where the second is:
/// they never agree. The logits are the pixels, so that the entropy of 10 and 0 is 0.0005 nats and
/// that of 1 and 0 is 0.58.
enum SampleImages {
    typealias Sample = (first: UInt8, second: UInt8, label: UInt8)

    static let network = BranchedNetwork("tiny", inputShape: [1, 1, 2], classCount: 2) {
        ReLU()
        Branch("early") {
            Flatten()
            Linear("linear", inputFeatures: 2, outputFeatures: 2)
        }
        Flatten()
        Linear("linear", inputFeatures: 2, outputFeatures: 2)
    }

    /// Makes a pixel of 10 the number 10.
    static let preprocessing = Preprocessing(mean: [0], standardDeviation: [1 / 255])

    /// With a threshold of 0.3, the first two leave early: right, wrong, right, wrong, wrong.
    static let samples: [Sample] = [(10, 0, 0), (0, 10, 0), (1, 0, 1), (0, 1, 1), (1, 0, 0)]

    static func predictor(threshold: Float) throws -> Predictor {
        var parameters = ParameterStore()
        parameters["early.linear.weight"] = Tensor([2, 2], [1, 0, 0, 1])
        parameters["linear.weight"] = Tensor([2, 2], [0, 1, 1, 0])
        for name in ["early.linear.bias", "linear.bias"] {
            parameters[name] = Tensor(repeating: 0, [2])
        }
        return try Predictor(
            network: network, parameters: parameters,
            policy: ThresholdPolicy(thresholds: [threshold]), engine: ReferenceEngine())
    }

    static func split(_ samples: [Sample] = samples) throws -> TestSplit {
        TestSplit(
            try ImageDataset(
                name: "pixels", imageShape: [1, 1, 2], classNames: ["first", "second"],
                pixels: samples.flatMap { [$0.first, $0.second] }, labels: samples.map(\.label)))
    }

    static func evaluation(
        of samples: [Sample] = samples, threshold: Float = 0.3, limit: Int = .max
    ) throws -> Evaluation {
        try Evaluation(
            of: predictor(threshold: threshold), on: split(samples),
            preprocessing: preprocessing, limit: limit)
    }
}
