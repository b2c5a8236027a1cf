import BranchyChecksum
import BranchyCompute
package import BranchyData
package import BranchyEvaluation
package import BranchyNet
import Foundation

/// A model, what each of its exits says of the calibration images, and the time to each exit.
struct CalibrationMaterial {
    var trained: TrainedModel
    let record: ExitRecord<CalibrationSplit>
    /// What thresholds may be compared with, the one that wins ties first.
    let scores: [ExitScore]
    /// The median time to leave at each exit, in microseconds.
    let costs: [Double]
    /// The file that they are from, without the folders of this machine; `nil` where they were
    /// measured.
    let costFile: String?

    /// Reads a model, and records and measures its exits.
    static func gather(
        from folder: ModelFolder, _ options: CalibrationOptions, _ engine: any Engine,
        _ observer: WorkflowObserver
    ) throws -> CalibrationMaterial {
        var trained = try folder.read(digest: Checksum.sha256)
        try options.memory.check(trained.network)
        let given = try options.costs.map {
            try CostFile(contentsOf: $0).microsecondsToExit(of: trained.network, by: engine)
        }
        let splits = try DataFolder(options.data, run: folder.path, within: options.memory)
            .splits(of: trained, in: folder.path, observer)
        var predictor = try Predictor(trained, policy: FixedExitPolicy(exit: 0), engine: engine)
        let fit = try ValidationFit(
            options, of: trained, by: predictor, on: splits.validation, observer)
        trained.temperatures = fit.temperatures
        predictor = try predictor.with(temperatures: trained.temperatures)
        return CalibrationMaterial(
            trained: trained,
            record: try predictor.record(
                splits.calibration, trained, keepsLogits: fit.scores.needLogits, "recording",
                observer),
            scores: fit.scores,
            costs: try given
                ?? measureExits(of: predictor, on: splits.calibration, trained, observer),
            costFile: options.costs.map { URL(fileURLWithPath: $0).lastPathComponent })
    }

    private static func measureExits(
        of predictor: Predictor, on split: CalibrationSplit, _ trained: TrainedModel,
        _ observer: WorkflowObserver
    ) throws -> [Double] {
        let subjects = try (0..<trained.network.exitCount).map { try predictor.leaving(at: $0) }
        let measurement = try LatencyMeasurement.measure(
            subjects, on: split, preprocessing: trained.preprocessing, imageCount: 500
        ) { done, count in
            try observer.step("measuring", done, of: count)
        }
        return measurement.seconds.map { $0.median * 1e6 }
    }
}

extension Predictor {
    /// What each exit says of the images of a split.
    ///
    /// - Throws: `NetworkError` where a logit is not finite; ``Interrupted``.
    package func record<Split: DataSplit>(
        _ split: Split, _ trained: TrainedModel, limit: Int = .max, keepsLogits: Bool = false,
        _ task: String, _ observer: WorkflowObserver
    ) throws -> ExitRecord<Split> {
        let record = try ExitRecord.record(
            self, on: split, preprocessing: trained.preprocessing, limit: limit,
            keepsLogits: keepsLogits
        ) {
            try observer.step(task, $0, of: $1)
        }
        try record.checkFinite()
        return record
    }
}
