import BranchyCompute
import BranchyNet
import Foundation
import RealModule
import TestSupport
import Testing

/// Scores that are fitted: exits that answer together, and failures that are predicted.
struct FittedScoreTests {
    private static let ensemble = ExitScore.ensemble(
        ExitEnsemble(weights: [[1.5], [0.25, 0.75]]))
    private static let failure = ExitScore.failure(
        FailurePredictor(weights: [[-1, 0.5, 0.25, -2, 0], [-1, 0.5, 0.25, -2, -1.5]]))

    // MARK: - Ensembles

    /// Exits answer by the weighted sum of their logits, which is the product of powers of their
    /// probabilities; the last one answers alone.
    @Test func earlyExitsAnswerTogether() throws {
        let sample = try PredictorSample()
        let plain = try sample.predictor(ThresholdPolicy(thresholds: [0, 0]))
            .with(temperatures: ExitTemperatures([2, 3, 4]))
        let together = try plain.with(
            policy: ThresholdPolicy(score: Self.ensemble, thresholds: [.infinity, .infinity]))
        for index in 0..<sample.count {
            let image = sample.image(index)
            let alone = try plain.predictAtEveryExit(image)
            let exits = try together.predictAtEveryExit(image)
            let sum = zip(alone[0].logits, alone[1].logits).map { 0.25 * $0 + 0.75 * $1 }
            #expect(exits[0].logits == alone[0].logits.map { 1.5 * $0 })
            #expect(exits[1].logits == sum)
            #expect(exits[1].observation == ExitObservation(logits: sum.span, exit: 1))
            #expect(exits[2] == alone[2])
            let products = zip(alone[0].logits, alone[1].logits).map {
                Double.pow(Double.exp(Double($0)), 0.25) * Double.pow(Double.exp(Double($1)), 0.75)
            }
            let total = products.reduce(0, +)
            for (probability, product) in zip(exits[1].probabilities, products) {
                #expect(abs(Double(probability) - product / total) < 1e-5)
            }
        }
    }

    /// Whoever leaves at the second exit gets what all exits say there, alone and in a batch.
    @Test func whoLeavesGetsTheAnswerOfAll() throws {
        let sample = try PredictorSample()
        let policy = ThresholdPolicy(score: Self.ensemble, thresholds: [0.6, 0.5])
        let predictor = try sample.predictor(policy)
        let batch = try predictor.predict(batch: sample.images, threads: 2)
        for index in 0..<sample.count {
            let exits = try predictor.predictAtEveryExit(sample.image(index))
            let first = exits.first {
                $0.exit == 2
                    || $0.observation.maximumProbability >= policy.thresholds[$0.exit]
            }
            #expect(batch[index] == first)
        }
        #expect(Set(batch.map(\.exit)) == [0, 1, 2])
    }

    // MARK: - Failures

    /// By hand: half a probability, nothing known of the margin.
    @Test func failuresByHand() {
        let logits = [Float](repeating: 0, count: 2)
        let first = ExitObservation(logits: logits.span, exit: 0)
        let predictor = FailurePredictor(
            weights: [[1, 2, 0, 5, 7], [1, 2, 0, 5, 7]])
        let sum = 1 + 2 * log(0.5)
        let alone = predictor.probability(of: first, after: Span())
        #expect(abs(Double(alone) - 1 / (1 + exp(-sum))) < 1e-5)
        let second = ExitObservation(logits: logits.span, exit: 1)
        let other = ExitObservation(logits: [0, 1].span, exit: 0)
        for (before, agreement) in [(first, 7.0), (other, -7)] {
            let earlier = [before]
            let found = predictor.probability(of: second, after: earlier.span)
            #expect(abs(Double(found) - 1 / (1 + exp(-sum - agreement))) < 1e-5)
        }
    }

    @Test func certainExitsHaveAFiniteScore() {
        let certain = ExitObservation(logits: [1e4, 0, 0].span, exit: 0)
        #expect(Self.failure.value(of: certain).isFinite)
    }

    /// One logit that is not finite, at this exit or where exits answer together at an earlier one.
    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func nothingMakesNaNSure(fault: Float) throws {
        let broken = ExitObservation(logits: [0, fault, 1].span, exit: 0)
        for score in [Self.ensemble, Self.failure] {
            let value = score.value(of: broken)
            for threshold in [Float(0), 0.5, 1, .infinity] {
                #expect(!score.accepts(value, threshold: threshold))
            }
        }
        var sample = try PredictorSample()
        sample.breakFirstBranch(fault)
        for score in [Self.ensemble, Self.failure] {
            let everybody = score.acceptsAbove ? Float(0) : .infinity
            let predictor = try sample.predictor(
                ThresholdPolicy(score: score, thresholds: [everybody, everybody]))
            let exit = try predictor.predict(sample.image(0)).exit
            #expect(exit == (score.kind == .ensemble ? 2 : 1))
        }
    }

    // MARK: - Files

    @Test(arguments: [ensemble, failure])
    func policiesKeepWhatWasFitted(score: ExitScore) throws {
        let policy = ModelPolicy.thresholds(
            ThresholdPolicy(score: score, thresholds: [0.25, .infinity]))
        let data = try JSONEncoder.branchyNet.encode(policy)
        #expect(try JSONDecoder.branchyNet.decode(ModelPolicy.self, from: data) == policy)
        try withTemporaryFolder { path in
            let folder = ModelFolder(path + "/model")
            let model = try ModelFolderSample.model(policy: policy)
            try folder.write(model, digest: ModelFolderSample.digest)
            #expect(try folder.read(digest: ModelFolderSample.digest) == model)
            #expect(try model.score(score.kind) == score)
        }
    }

    /// As models of before are written, and no other way.
    @Test func unfittedScoresAreWrittenAsBefore() throws {
        let policy = ThresholdPolicy(score: .margin, thresholds: [0.5])
        let text = String(decoding: try JSONEncoder.branchyNet.encode(policy), as: UTF8.self)
        #expect(
            text.filter { !$0.isWhitespace } == #"{"score":"margin","thresholds":[0.5]}"#)
    }

    @Test(
        arguments: [
            (.ensemble(ExitEnsemble(weights: [[1]])), "weights for 1 exits, expected 2"),
            (.ensemble(ExitEnsemble(weights: [[1], [1]])), "exit 2, expected 2 finite numbers"),
            (.ensemble(ExitEnsemble(weights: [[.nan], [1, 1]])), "exit 1, expected 1 finite"),
            (.failure(FailurePredictor(weights: [[1], [1]])), "exit 1, expected 5 finite numbers"),
        ] as [(ExitScore, String)])
    func refusesWhatCannotBe(score: ExitScore, message: String) throws {
        let policy = ThresholdPolicy(score: score, thresholds: [0, 0])
        let error = #expect(throws: PolicyError.self) { try policy.validate(exitCount: 3) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("branchynet calibrate --score") == true)
    }

    @Test(arguments: ["ensemble", "failure"])
    func aScoreWithoutWeightsIsRefused(name: String) {
        let text = Data("{\"score\": \"\(name)\", \"thresholds\": [1]}".utf8)
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder.branchyNet.decode(ThresholdPolicy.self, from: text)
        }
        #expect(error.map { ModelError.describe($0).contains("needs weights") } == true)
    }

    @Test func aModelWithoutAFitSaysHowToGetIt() throws {
        let model = try ModelFolderSample.model()
        #expect(try model.score(.margin) == .margin)
        let error = #expect(throws: PolicyError.self) { try model.score(.failure) }
        #expect(error?.message.contains("`branchynet calibrate --score failure`") == true)
    }
}
