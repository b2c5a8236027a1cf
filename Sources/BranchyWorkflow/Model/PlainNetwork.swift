import BranchyChecksum
package import BranchyCompute
package import BranchyData
public import BranchyEvaluation
package import BranchyNet

/// A network without exits that a gain is measured against.
package struct PlainNetwork {
    package let model: TrainedModel
    package let predictor: Predictor

    /// - Throws: `ModelError` where the folder is no model, `NetworkError` where it has exits.
    package init(at path: String, engine: any Engine, within memory: MemoryLimit) throws {
        model = try ModelFolder(path).read(digest: Checksum.sha256)
        guard model.network.exitCount == 1 else {
            throw NetworkError(
                .invalidValue,
                "\(path): '\(model.network.name)' has \(model.network.exitCount) exits, expected a "
                    + "plain network as baseline")
        }
        try memory.check(model.network)
        predictor = try Predictor(model, policy: ThresholdPolicy(thresholds: []), engine: engine)
    }

    /// A split with labels in the order of this network's own classes.
    ///
    /// - Throws: `DatasetError` where the split has classes that it does not know.
    package func relabelled<Split: DataSplit>(_ split: Split) throws -> Split {
        try split.relabelled(for: model.classNames)
    }

    /// Whether it learnt from the same images for as many epochs as another model.
    func isTrainedAlike(_ other: TrainedModel) -> Bool {
        isTrainingKnown(besides: other)
            && model.provenance.trainingChecksum == other.provenance.trainingChecksum
            && model.provenance.epochs == other.provenance.epochs
    }

    /// Whether both it and another model were trained here.
    func isTrainingKnown(besides other: TrainedModel) -> Bool {
        model.provenance.imported == nil && other.provenance.imported == nil
    }
}

/// What is said of the plain network that a gain is measured against.
public struct Baseline: Sendable {
    /// What the network is called.
    public let name: String
    /// Share of right answers, 0 ... 1; `nil` of no image.
    public let accuracy: Double?
    /// Whether it was trained on the same images for as many epochs.
    public let isTrainedAlike: Bool
    /// Whether both networks were trained here, and none was imported.
    public let isTrainingKnown: Bool
    /// The branched network, first, and this one on the same images.
    public let comparison: PairedComparison

    /// - Parameters:
    ///   - isRight: whether the plain network's answers are, by image.
    ///   - other: whether those of the branched one are.
    package init(
        _ plain: PlainNetwork, isRight: [Bool], beside other: [Bool], of branched: TrainedModel
    ) {
        name = plain.model.network.name
        accuracy =
            isRight.isEmpty ? nil : Double(isRight.count { $0 }) / Double(isRight.count)
        comparison = PairedComparison(other, isRight)
        isTrainedAlike = plain.isTrainedAlike(branched)
        isTrainingKnown = plain.isTrainingKnown(besides: branched)
    }

    /// What is to be said where the comparison need not be a fair one.
    package var remark: String? {
        guard !isTrainedAlike else { return nil }
        return isTrainingKnown
            ? "\(name) was not trained on the same images for as many epochs: the comparison of "
                + "accuracies is not a fair one."
            : "One of the two networks was trained elsewhere, on images that nothing is known of: the "
                + "comparison of accuracies need not be a fair one."
    }
}

extension LatencyReport {
    /// Measures a predictor, leaving at each of its exits, and a plain network, all taking turns;
    /// `nil` of no image.
    package static func measure(
        _ predictor: Predictor, beside plain: PlainNetwork?, _ trained: TrainedModel,
        on split: some DataSplit, imageCount: Int, _ observer: WorkflowObserver
    ) throws -> LatencyReport? {
        let count = min(imageCount, split.count)
        guard count > 0 else { return nil }
        let exitCount = trained.network.exitCount
        let exits = try (0..<exitCount).map { try predictor.leaving(at: $0) }
        let subjects = [predictor] + exits + (plain.map { [$0.predictor] } ?? [])
        let measurement = try LatencyMeasurement.measure(
            subjects, on: split, preprocessing: trained.preprocessing, imageCount: count
        ) { done, count in
            try observer.step("measuring", done, of: count)
        }
        return LatencyReport(measurement, exitCount: exitCount)
    }
}
