#if OneDNN
import BranchyData
import BranchyEvaluation
import BranchyNet
import BranchyCompute
import Foundation
import NativeEngine
import OneDNNEngine
import TestSupport
import Testing

/// The law that calibration rests on, for a trained network and the engines that people use: what
/// is replayed is what is predicted, on every test image.
@Suite struct ReplayTests {
    @Test func replayEqualsPredictionOnDrawnDigits() throws {
        try withTemporaryFolder { folder in
            let test = try DrawnDigits.load(trainCount: 0).test
            try expectReplayIsPrediction(
                of: train(folder + "/model", dataset: "digits"), on: TestSplit(test))
        }
    }

    @Test(.enabled(if: Program.canTrain))
    func replayEqualsPredictionOnMNIST() throws {
        try withTemporaryFolder { folder in
            let test = try MNIST.load(.test, from: #require(Program.dataFolder))
            try expectReplayIsPrediction(
                of: train(folder + "/model", dataset: "mnist"), on: TestSplit(test))
        }
    }

    /// B-LeNet after a short training: sure of some images and not of others.
    private func train(_ path: String, dataset: String) throws -> TrainedModel {
        let result = try Program.run([
            "train", "b-lenet", "-o", path, "--quiet", "--set", "dataset=\(dataset)", "--set",
            "epochs=1",
        ])
        try #require(result.status == 0, "\(result.errors)")
        return try ModelFolder(path).read()
    }

    private func expectReplayIsPrediction(of model: TrainedModel, on test: TestSplit) throws {
        #expect(test.count == 10_000)
        for engine in [try NativeEngine(), try OneDNNEngine(threads: 1)] as [any Engine] {
            try expectReplayIsPrediction(of: model, on: test, by: engine)
        }
    }

    private func expectReplayIsPrediction(
        of model: TrainedModel, on test: TestSplit, by engine: any Engine
    ) throws {
        let all = try Predictor(
            network: model.network, parameters: model.parameters,
            policy: ThresholdPolicy(thresholds: [0]), engine: engine)
        let record = try ExitRecord.record(
            all, on: test, preprocessing: model.preprocessing)
        let shape = model.network.inputShape
        let images = try (0..<test.count).map { index in
            try model.preprocessing.image(of: try test.pixels(at: index), shape: shape).scalars
        }
        for score in ExitScore.unfitted {
            try expectReplayIsPrediction(of: all, by: score, images, record)
        }
    }

    /// At five observed scores: where rounding would matter, were there any.
    private func expectReplayIsPrediction(
        of all: Predictor, by score: ExitScore, _ images: [[Float]], _ record: ExitRecord<TestSplit>
    ) throws {
        let scores = (0..<record.count).map { sample in
            record[sample].first.map { score.value(of: $0) } ?? .nan
        }.sorted()
        var exitRates: Set<Int> = []
        for number in 0..<5 {
            let threshold = scores[number * (record.count - 1) / 4]
            let policy = ThresholdPolicy(score: score, thresholds: [threshold])
            exitRates.insert(try earlyExits(of: all.with(policy: policy), images, record))
        }
        #expect(exitRates.count == 5)
    }

    /// How many leave early, each where it is replayed to.
    private func earlyExits(
        of predictor: Predictor, _ images: [[Float]], _ record: ExitRecord<TestSplit>
    ) throws -> Int {
        var session = try predictor.makeSession()
        var left = 0
        for (index, image) in images.enumerated() {
            let observation = try session.predict(image.span)
            let replayed = record.replay(predictor.policy, sample: index)
            guard observation == replayed else {
                Issue.record("image \(index), \(predictor.policy): \(observation), \(replayed)")
                return left
            }
            if observation.exit < record.exitCount - 1 { left += 1 }
        }
        return left
    }
}
#endif
