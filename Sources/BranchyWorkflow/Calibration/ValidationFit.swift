import BranchyData
import BranchyEvaluation
import BranchyNet

/// What is fitted to a model's validation images before thresholds are chosen: temperatures, and
/// scores that need it.
///
/// No calibration image has a part in it, so that what these prove is proven by images that chose
/// nothing.
struct ValidationFit {
    /// The model's from now on.
    let temperatures: ExitTemperatures?
    /// What thresholds may be compared with.
    let scores: [ExitScore]

    /// - Throws: `CalibrationError` where something is to be fitted and there are too few images or
    ///   logits that are no numbers, `NetworkError`, `DatasetError`; ``Interrupted``.
    init(
        _ options: CalibrationOptions, of trained: TrainedModel, by predictor: Predictor,
        on split: ValidationSplit, _ observer: WorkflowObserver
    ) throws {
        var kinds = options.score.kinds(exitCount: trained.network.exitCount)
        let fitsTemperatures = options.temperatures == .fit
        let least = ThresholdCalibrator.minimumSampleCount
        if options.score == .best, !fitsTemperatures, split.count < least {
            observer.tell(
                .note(
                    "note: scores that are fitted are left out: \(split.name) has \(split.count) "
                        + "validation images, expected at least \(least)"))
            kinds.removeAll { $0.unfitted == nil }
        }
        guard fitsTemperatures || kinds.contains(where: { $0.unfitted == nil }) else {
            temperatures = options.temperatures == .none ? nil : trained.temperatures
            scores = kinds.compactMap(\.unfitted)
            return
        }
        let record = try predictor.record(
            split, trained, keepsLogits: true, "recording validation images", observer)
        let temperatures: ExitTemperatures? =
            switch options.temperatures {
            case .keep: trained.temperatures
            case .fit: try ExitTemperatures(fittedTo: record)
            case .none: nil
            }
        self.temperatures = temperatures
        scores = try kinds.map { try Self.score($0, fittedTo: record.under(temperatures)) }
    }

    private static func score(
        _ kind: ExitScore.Kind, fittedTo record: ExitRecord<ValidationSplit>
    ) throws -> ExitScore {
        switch kind {
        case .entropy: .entropy
        case .normalizedEntropy: .normalizedEntropy
        case .maximumProbability: .maximumProbability
        case .margin: .margin
        case .ensemble: .ensemble(try ExitEnsemble(fittedTo: record))
        case .failure: .failure(try FailurePredictor(fittedTo: record))
        }
    }
}

extension [ExitScore] {
    /// Whether logits have to be kept: exits that answer together are observed in them.
    var needLogits: Bool { contains { $0.kind == .ensemble } }
}
