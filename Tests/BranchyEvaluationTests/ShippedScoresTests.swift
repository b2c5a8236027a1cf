import BranchyData
import BranchyEvaluation
import BranchyNet
import Foundation
import NativeEngine
import Testing

/// What temperatures and scores are worth for the shipped models: prints the tables of
/// docs/Evaluation.md.
struct ShippedScoresTests {
    private static let dataFolder = ProcessInfo.processInfo.environment["BRANCHYNET_DATA_DIR"]
    private static let isAsked = ProcessInfo.processInfo.environment["BRANCHYNET_SCORES"] != nil

    @Test(
        .enabled(if: dataFolder != nil && isAsked, "BRANCHYNET_SCORES asks for it"),
        arguments: [
            ("b-lenet-fast", 5_000), ("b-alexnet-fast", 5_000), ("b-resnet110-fast", 1_000),
        ])
    func whatScoresAreWorth(name: String, validationCount: Int) throws {
        let model = try Self.model(name)
        let splits = try Self.splits(
            of: model, try #require(Self.dataFolder), validationCount: validationCount)
        let predictor = try Predictor(
            model, policy: FixedExitPolicy(exit: 0), engine: NativeEngine())
        let costs = try #require(model.calibration).microsecondsToExit
        let validation = try Self.record(predictor, model, on: splits.validation)
        let calibration = try Self.record(predictor, model, on: splits.calibration)
        let test = try Self.record(predictor, model, on: splits.test)
        let fitted = try ExitTemperatures(fittedTo: validation)
        for temperatures in [nil, fitted] {
            let errors = try Self.calibrationErrors(test.under(temperatures), model.network)
            print(
                name, temperatures.map { "temperatures \($0)" } ?? "no temperatures", "test ECE",
                errors)
            let scores = try Self.scores(fittedTo: validation.under(temperatures))
            let comparison = Comparison(
                calibration: calibration.under(temperatures), test: test.under(temperatures),
                costs: costs)
            for objective in [CalibrationObjective.knee, .accuracy(atLeast: comparison.lastExit)] {
                for score in scores { try comparison.print(score, for: objective) }
            }
        }
    }

    private static func scores(
        fittedTo record: ExitRecord<ValidationSplit>
    ) throws -> [ExitScore] {
        ExitScore.unfitted + [
            .ensemble(try ExitEnsemble(fittedTo: record)),
            .failure(try FailurePredictor(fittedTo: record)),
        ]
    }

    private static func calibrationErrors(
        _ record: ExitRecord<TestSplit>, _ network: BranchedNetwork
    ) throws -> [Double] {
        try Evaluation(
            replaying: FixedExitPolicy(exit: 0), from: record, of: network
        ).forcedReliability.map { $0.expectedCalibrationError ?? .nan }
    }

    // MARK: - Models and images

    private static func model(_ name: String) throws -> TrainedModel {
        let folder = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../Models")
        return try ModelFolder(folder.standardizedFileURL.path + "/" + name).read()
    }

    private static func splits(
        of model: TrainedModel, _ folder: String, validationCount: Int
    ) throws -> DatasetSplits {
        let parts =
            try model.provenance.dataset == "mnist"
            ? MNIST.load(from: folder) : CIFAR10.load(.jpegCopy, from: folder)
        let splits = try DatasetSplits(
            train: parts.train, test: parts.test, validationCount: validationCount,
            calibrationCount: 5_000, seed: model.provenance.seed)
        try #require(splits.calibration.checksum == model.calibration?.dataChecksum)
        return splits
    }

    private static func record<Split: DataSplit>(
        _ predictor: Predictor, _ model: TrainedModel, on split: Split
    ) throws -> ExitRecord<Split> {
        try ExitRecord.record(
            predictor, on: split, preprocessing: model.preprocessing, keepsLogits: true)
    }
}

/// One score after the other on the same records.
private struct Comparison {
    let calibration: ExitRecord<CalibrationSplit>
    let test: ExitRecord<TestSplit>
    let costs: [Double]

    /// The accuracy of the last exit on calibration images.
    var lastExit: Double {
        calibration.replay(FixedExitPolicy(exit: calibration.exitCount - 1)).accuracy ?? .nan
    }

    func print(_ score: ExitScore, for objective: CalibrationObjective) throws {
        let calibrator = try ScoreCalibrator(
            record: calibration, scores: [score], costOfExit: costs)
        guard let choice = try? calibrator.choices(for: objective).first else {
            return Swift.print(objective, score.kind, "cannot")
        }
        let counts = test.seen(by: score).replay(choice.policy.exitPolicy)
        Swift.print(
            objective, score.kind, "calibration", choice.point.accuracy, choice.point.cost, "test",
            counts.accuracy ?? .nan, counts.meanCost(costs) ?? .nan, choice.point.thresholds)
    }
}
