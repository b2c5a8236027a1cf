import BranchyChecksum
public import BranchyCompute
public import BranchyEvaluation
public import BranchyNet

extension ModelFolder {
    /// Chooses exit thresholds on the calibration images, which trained nothing, and keeps them with
    /// the model.
    ///
    ///     let result = try ModelFolder("runs/lenet").calibrate(
    ///         for: .accuracy(atLeast: 0.99), engine: NativeEngine())
    ///
    /// Every exit's answer to each image is recorded once, the time to each exit is measured, and
    /// thresholds are scored by replay.
    ///
    /// - Parameters:
    ///   - objective: what is wanted of them; costs are in microseconds.
    ///   - engine: what computes, and is measured.
    /// - Throws: `CalibrationError` where no thresholds fulfil the objective (it names the nearest)
    ///   or there are too few images, `ModelError` where the model cannot be read, comes with the
    ///   program or is being written to, `DatasetError`, `NetworkError`; ``Interrupted``.
    @discardableResult
    public func calibrate(
        for objective: CalibrationObjective = .knee,
        _ options: CalibrationOptions = CalibrationOptions(),
        engine: any Engine, observer: WorkflowObserver = WorkflowObserver()
    ) throws -> CalibrationResult {
        let writer = try calibrationWriter(options)
        var material = try CalibrationMaterial.gather(from: self, options, engine, observer)
        let (record, costs) = (material.record, material.costs)
        let calibrator = try ScoreCalibrator(
            record: record, scores: material.scores,
            considersPatience: options.score == .best, costOfExit: costs)
        let choices = try calibrator.choices(for: objective, by: options.score)
        // Patience has no front; beside it stands that of the best score.
        let score = choices.lazy.compactMap(\.score).first ?? material.scores[0]
        let front = calibrator.calibrators.first { $0.score == score }?.front ?? []
        let kept = CalibrationRecord(
            objective: objective.words + (options.score == .best ? " by the best score" : ""),
            score: score.kind, patience: choices[0].patience, chosen: choices[0].point,
            front: front,
            microsecondsToExit: costs, costFile: material.costFile, samples: record.count,
            dataset: record.dataset, dataChecksum: record.dataChecksum, engine: engine.name,
            precision: engine.arithmetic.precision)
        material.trained.policy = choices[0].policy
        material.trained.calibration = kept
        try writer.update(material.trained, digest: Checksum.sha256)
        let network = material.trained.network
        return CalibrationResult(
            record: kept, network: network, temperatures: material.trained.temperatures,
            choices: choices,
            warnings: UnusedExits(
                of: choices[0].point, score: choices[0].score, network: network
            ).warnings)
    }

    /// The right to change the model.
    func calibrationWriter(_ options: CalibrationOptions) throws -> Writer {
        if !options.changesShippedModels { try ShippedModels.refuseToChange(path) }
        return try makeWriter(requiresModel: true)
    }
}

extension ScoreCalibrator {
    /// What each score offers, the best first.
    fileprivate func choices(
        for objective: CalibrationObjective, by score: ScoreChoice
    ) throws -> [Choice] {
        do throws(CalibrationError) {
            return try choices(for: objective)
        } catch {
            guard let nearest = error.nearest else { throw error }
            // Said again in units of people: the calibrator knows costs, not microseconds.
            let count = calibrators[0].sampleCount
            throw CalibrationError(
                error.code,
                "no thresholds give an \(objective.words) on the \(Format.grouped(count)) "
                    + "calibration images; the nearest have \(nearest.description(by: score))",
                nearest: nearest)
        }
    }
}

extension OperatingPoint {
    fileprivate func description(by score: ScoreChoice) -> String {
        let thresholds = thresholds.map { "\($0)" }.joined(separator: ", ")
        return "accuracy \(Format.percent(accuracy)), \(Format.percent(earlyExitRate)) "
            + "leaving early and \(Format.microseconds(cost))"
            // Of which score, a point does not say.
            + (score == .best ? "" : " (thresholds \(thresholds))")
    }
}
