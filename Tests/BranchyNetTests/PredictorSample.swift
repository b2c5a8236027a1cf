import BranchyCompute
import BranchyNet
import TestSupport

/// A small network with three exits, parameters and images for it.
struct PredictorSample {
    let network = BranchedNetwork("sample", inputShape: [1, 6, 6], classCount: 4) {
        Conv2D("conv0", inputChannels: 1, outputChannels: 3, kernelSize: 3)
        Branch("early") {
            ReLU()
            Flatten()
            Linear("linear", inputFeatures: 48, outputFeatures: 4)
        }
        ReLU()
        Conv2D("conv1", inputChannels: 3, outputChannels: 4, kernelSize: 3)
        Dropout("drop", rate: 0.5)
        Branch("middle") {
            MaxPool2D(kernelSize: 2, stride: 2)
            Flatten()
            Linear("linear", inputFeatures: 4, outputFeatures: 4)
        }
        ReLU()
        Flatten()
        Linear("linear", inputFeatures: 16, outputFeatures: 4)
    }
    private(set) var parameters: ParameterStore
    /// `[40 1 6 6]`; the first number of each image is its place in the batch divided by 64.
    let images: Tensor

    init(seed: UInt64 = 1) throws {
        let program = try network.plainProgram().program
        parameters = Feed(for: program, batchSize: 1, seed: seed).parameters
        var generator = SeededGenerator(seed: seed &+ 1)
        var images = Tensor(randomIn: -2...2, [40, 1, 6, 6], using: &generator)
        images.withMutableScalars { for image in 0..<40 { $0[image * 36] = Float(image) / 64 } }
        self.images = images
    }

    /// Gives one of the first exit's logits a value that no arithmetic mends.
    mutating func breakFirstBranch(_ fault: Float) {
        parameters["early.linear.bias"] = Tensor([4], [0, fault, 0, 0])
    }

    var count: Int { images.shape[0] }

    func image(_ index: Int) -> Tensor {
        Tensor([1, 6, 6], Array(images.scalars[index * 36..<(index + 1) * 36]))
    }

    func images(_ indices: [Int]) -> Tensor {
        Tensor([indices.count, 1, 6, 6], indices.flatMap { image($0).scalars })
    }

    func predictor(
        _ policy: any ExitPolicy, engine: any Engine = ReferenceEngine()
    ) throws -> Predictor {
        try Predictor(network: network, parameters: parameters, policy: policy, engine: engine)
    }

    /// What every exit says about every image, by image and exit.
    func observations(engine: any Engine = ReferenceEngine()) throws -> [[ExitObservation]] {
        let predictor = try predictor(ThresholdPolicy(thresholds: [0, 0]), engine: engine)
        var session = try predictor.makeSession()
        return try (0..<count).map { index in
            var observations: [ExitObservation] = []
            try session.forEachExit(of: image(index).scalars.span) { observation, _ in
                observations.append(observation)
            }
            return observations
        }
    }

    /// A policy that lets about a third of the images leave at each exit.
    func mixedPolicy(_ score: ExitScore = .entropy) throws -> ThresholdPolicy {
        var remaining = try observations()
        var thresholds: [Float] = []
        for exit in 0..<2 {
            let values = remaining.map { score.value(of: $0[exit]) }.sorted()
            let threshold = values[values.count * (exit + 1) / (exit + 3)]
            thresholds.append(threshold)
            remaining.removeAll {
                score.accepts(score.value(of: $0[exit]), threshold: threshold)
            }
        }
        return ThresholdPolicy(score: score, thresholds: thresholds)
    }
}
