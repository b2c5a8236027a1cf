public import BranchyCompute
import BranchyData
import BranchyEvaluation
public import BranchyNet

extension ModelFolder {
    /// Measures how accurate and how fast a model is, and where samples leave it.
    ///
    ///     let report = try ModelFolder("runs/lenet").evaluate(engine: NativeEngine())
    ///     report.evaluation.accuracy
    ///
    /// Samples really leave: the stages behind the exit are not run for them. The plain network, if
    /// one is named, takes turns with the one with exits on every image.
    ///
    /// - Parameters:
    ///   - engine: what computes.
    ///   - predictor: makes what answers; the model under its own policy by default.
    /// - Throws: `ModelError` where the model or the plain one cannot be read, `PolicyError` where it
    ///   has no policy, `DatasetError`, `NetworkError`; ``Interrupted``.
    public func evaluate(
        _ options: EvaluationOptions = EvaluationOptions(), engine: any Engine,
        observer: WorkflowObserver = WorkflowObserver(),
        by predictor: (TrainedModel, any Engine) throws -> Predictor = {
            try Predictor($0, engine: $1)
        }
    ) throws -> EvaluationReport {
        let trained = try load(within: options.memory)
        let subject = EvaluationSubject(
            folder: path, trained: trained, predictor: try predictor(trained, engine),
            engine: engine, options: options, observer: observer)
        let splits = try DataFolder(options.data, run: path, within: options.memory)
            .splits(of: trained, in: path, observer)
        return switch options.split {
        case .test: try subject.evaluate(on: splits.test)
        case .calibration: try subject.evaluate(on: splits.calibration)
        case .validation: try subject.evaluate(on: splits.validation)
        }
    }
}

/// A model that is evaluated.
private struct EvaluationSubject {
    let folder: String
    let trained: TrainedModel
    let predictor: Predictor
    let engine: any Engine
    let options: EvaluationOptions
    let observer: WorkflowObserver

    func evaluate(on split: some DataSplit) throws -> EvaluationReport {
        let plain = try options.baseline.map {
            try PlainNetwork(at: $0, engine: engine, within: options.memory)
        }
        let answers = try answers(of: predictor, trained, on: split)
        let plainAnswers = try plain.map {
            try self.answers(of: $0.predictor, $0.model, on: $0.relabelled(split))
        }
        let latency = try LatencyReport.measure(
            predictor, beside: plain, trained, on: split,
            imageCount: min(options.latencyImages, options.limit ?? .max), observer)
        return EvaluationReport(
            network: trained.network, policy: .init(predictor.policy),
            temperatures: predictor.temperatures, engine: engine.name,
            precision: engine.arithmetic.precision, evaluation: Evaluation(answers),
            sureAnswers: options.leastProbability.map {
                SureAnswers(answers, leastProbability: $0)
            },
            isInSample: trained.calibration?.dataChecksum == split.checksum
                && trained.policy == ModelPolicy(predictor.policy),
            certification: try CertificateFile(in: folder).certification(
                of: predictor, by: engine, observer),
            latency: latency,
            baseline: plain.map {
                Baseline(
                    $0, isRight: plainAnswers?.isRight ?? [], beside: answers.isRight, of: trained)
            }, classNames: trained.classNames)
    }

    private func answers<Split: DataSplit>(
        of predictor: Predictor, _ trained: TrainedModel, on split: Split
    ) throws -> RecordedAnswers<Split> {
        try RecordedAnswers.record(
            predictor, on: split, preprocessing: trained.preprocessing,
            limit: options.limit ?? .max
        ) { done, count in
            try observer.step("evaluating \(trained.network.name)", done, of: count)
        }
    }
}
