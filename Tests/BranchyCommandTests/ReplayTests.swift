#if OneDNN
import BranchyData
import BranchyEvaluation
import BranchyNet
import Compute
import Foundation
import NativeEngine
import OneDNNEngine
import Testing

/// The law that calibration rests on, for a trained network and the engines that people use: what
/// is replayed is what is predicted, on every test image.
@Suite struct ReplayTests {
    @Test(.timeLimit(.minutes(3))) func replayEqualsPredictionOnDrawnDigits() throws {
        try withTemporaryFolder { folder in
            let test = try DrawnDigits.load(trainCount: 0).test
            try expectReplayIsPrediction(
                of: train(folder + "/model", dataset: "digits"), on: TestSplit(test))
        }
    }

    @Test(.enabled(if: Program.canTrain), .timeLimit(.minutes(3)))
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
        let record = try ExitRecord(of: all, on: test, preprocessing: model.preprocessing)
        let images = (0..<test.count).map { index in
            test.pixels(at: index).map { model.preprocessing.apply(to: $0, channel: 0) }
        }
        let entropies = (0..<record.count).map { record[$0].first?.entropy ?? .nan }.sorted()
        var exitRates: Set<Int> = []
        for number in 0..<20 {
            // Observed scores: where rounding would matter, were there any.
            let threshold = entropies[number * (record.count - 1) / 19]
            let policy = ThresholdPolicy(thresholds: [threshold])
            var session = try all.with(policy: policy).makeSession()
            var left = 0
            for index in 0..<record.count {
                let image = images[index]
                let prediction = try session.predict(image.span)
                let replayed = record.replay(policy, sample: index)
                guard prediction.observation == replayed else {
                    Issue.record(
                        "image \(index), threshold \(threshold): \(prediction), \(replayed)")
                    return
                }
                if prediction.exit == 0 { left += 1 }
            }
            exitRates.insert(left)
        }
        #expect(exitRates.count == 20)
    }
}
#endif
