import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyNet
import TestSupport

/// A network with random numbers and two or three exits, and images for it.
struct SmallNetwork {
    static let classCount = 3
    static let preprocessing = Preprocessing(mean: [0.5], standardDeviation: [0.25])

    let network: BranchedNetwork
    let parameters: ParameterStore
    let dataset: ImageDataset

    init(exitCount: Int, imageCount: Int = 40, seed: UInt64) throws {
        network = Self.network(exitCount: exitCount)
        parameters =
            Feed(for: try network.plainProgram().program, batchSize: 1, seed: seed).parameters
        var generator = SeededGenerator(seed: seed &+ 1)
        dataset = try ImageDataset(
            name: "noise", imageShape: [1, 4, 4],
            classNames: (0..<Self.classCount).map { "class \($0)" },
            pixels: (0..<imageCount * 16).map { _ in .random(in: 0...255, using: &generator) },
            labels: (0..<imageCount).map { _ in
                .random(in: 0..<UInt8(Self.classCount), using: &generator)
            })
    }

    private static func network(exitCount: Int) -> BranchedNetwork {
        BranchedNetwork("small", inputShape: [1, 4, 4], classCount: classCount) {
            for exit in 0..<exitCount - 1 {
                Conv2D(
                    "conv\(exit)", inputChannels: exit == 0 ? 1 : 2, outputChannels: 2,
                    kernelSize: 3, padding: 1)
                Branch("branch\(exit)") {
                    Flatten()
                    Linear("linear", inputFeatures: 32, outputFeatures: classCount)
                }
                ReLU()
            }
            Flatten()
            Linear("linear", inputFeatures: exitCount > 1 ? 32 : 16, outputFeatures: classCount)
        }
    }

    /// A score with weights by which some leave early and some do not.
    static func fitted(_ kind: ExitScore.Kind, exitCount: Int) -> ExitScore {
        let early = 0..<exitCount - 1
        return kind == .ensemble
            ? .ensemble(
                ExitEnsemble(weights: early.map { exit in (0...exit).map { 0.3 + Float($0) } }))
            : .failure(
                FailurePredictor(weights: early.map { [-0.5, 0.5, 0.25, -1, -Float($0)] }))
    }

    var split: CalibrationSplit { CalibrationSplit(dataset) }

    func predictor(
        _ policy: (any ExitPolicy)? = nil, temperatures: ExitTemperatures? = nil,
        engine: any Engine = ReferenceEngine(), clock: any Clock<Duration> = ContinuousClock()
    ) throws -> Predictor {
        let zeros = ThresholdPolicy(thresholds: Array(repeating: 0, count: network.exitCount - 1))
        return try Predictor(
            network: network, parameters: parameters, temperatures: temperatures,
            policy: policy ?? zeros, engine: engine, clock: clock)
    }

    func record(
        temperatures: ExitTemperatures? = nil
    ) throws -> ExitRecord<CalibrationSplit> {
        try ExitRecord.record(
            predictor(temperatures: temperatures), on: split, preprocessing: Self.preprocessing)
    }

    /// An image as a predictor reads it.
    func image(_ index: Int) throws -> Tensor {
        try Self.preprocessing.image(of: try dataset.pixels(at: index), shape: [1, 4, 4])
    }

    /// What exits say under a score, logits kept.
    func record(
        seenBy score: ExitScore, temperatures: ExitTemperatures? = nil
    ) throws -> ExitRecord<CalibrationSplit> {
        try ExitRecord.record(
            predictor(temperatures: temperatures), on: split, preprocessing: Self.preprocessing,
            keepsLogits: true
        ).seen(by: score)
    }

    /// Threshold vectors: nobody, everybody, ties at observed scores, and anything between.
    func thresholds(
        count: Int, of score: ExitScore, from record: ExitRecord<CalibrationSplit>, seed: UInt64
    ) -> [[Float]] {
        var generator = SeededGenerator(seed: seed)
        let early = 0..<network.exitCount - 1
        let random = (2..<count).map { place in
            early.map { exit -> Float in
                let sample = Int.random(in: 0..<record.count, using: &generator)
                let anything = Float.random(in: 0...1.2, using: &generator)
                let value = record.value(of: score, sample: sample, exit: exit)
                return place.isMultiple(of: 2) ? value : anything
            }
        }
        return [early.map { _ in 0 }, early.map { _ in .infinity }] + random
    }
}
