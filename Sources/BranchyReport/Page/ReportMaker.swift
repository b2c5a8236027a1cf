import BranchyData
import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// Measures a model and puts its report together.
struct ReportMaker {
    let subject: ReportSubject
    let plain: PlainNetwork?
    let splits: DatasetSplits
    /// On how many images times are measured; 0 to count multiply-accumulates instead.
    let latencyImages: Int
    let observer: WorkflowObserver

    /// The report on a split.
    func page(on split: some DataSplit) throws -> ReportPage {
        let record = try self.record(of: subject.predictor, subject.trained, on: split)
        var latency = try measure(
            subject.trained.policy?.exitPolicy ?? subject.lastExitPolicy, on: split)
        let costs = try self.costs(latency)
        let calibrator = try self.calibrator(costs)
        let policy = ReportPolicy(of: subject, orKneeOf: calibrator)
        if policy.origin == .proposal { latency = try measure(policy.policy, on: split) }
        let answers = try RecordedAnswers(
            replaying: policy.policy, from: record, of: subject.network)
        let findings = ReportFindings(
            evaluation: Evaluation(answers), policy: policy, costs: costs, latency: latency,
            baseline: try baseline(on: split, beside: answers.isRight),
            isInSample: isInSample(split, policy),
            isLearnt: splits.training.checksum != subject.trained.provenance.trainingChecksum)
        let curve = CurveSection(findings, calibrator, record)
        return ReportPage(
            subject, findings, curve: curve.plot,
            sections: [
                SummarySection(subject, findings), curve,
                try ExitsSection(subject, findings),
                SensitivitySection(subject, findings, record),
                ReliabilitySection(subject, findings),
                ClassesSection(subject, findings),
                try PicturesSection(subject, findings, record, split),
                try CertificateSection(subject, findings),
                try ProvenanceSection(subject, findings),
            ])
    }

    private func isInSample(_ split: some DataSplit, _ policy: ReportPolicy) -> Bool {
        switch policy.origin {
        case .model: subject.trained.calibration?.dataChecksum == split.checksum
        case .proposal: splits.calibration.checksum == split.checksum
        case .none: false
        }
    }
}

// MARK: - Measuring

extension ReportMaker {
    private func record<Split: DataSplit>(
        of predictor: Predictor, _ model: TrainedModel, on split: Split
    ) throws -> ExitRecord<Split> {
        try predictor.record(split, model, "recording \(model.network.name)", observer)
    }

    private func measure(
        _ policy: any ExitPolicy, on split: some DataSplit
    ) throws -> LatencyReport? {
        try LatencyReport.measure(
            subject.predictor.with(policy: policy), beside: plain, subject.trained, on: split,
            imageCount: latencyImages, observer)
    }

    private func costs(_ latency: LatencyReport?) throws -> ReportCosts {
        if let latency {
            return ReportCosts(
                isTime: true, ofExit: latency.exits, plain: latency.baseline?.median)
        }
        let work = try ExitCosts(of: subject.network).multiplyAccumulates
        let plainWork = try plain.map { try ExitCosts(of: $0.model.network).multiplyAccumulates[0] }
        return ReportCosts(
            isTime: false, ofExit: work.map { Double($0) / 1e3 },
            plain: plainWork.map { Double($0) / 1e3 })
    }

    /// What chooses thresholds: by calibration images only. `nil` where there is no choice, or too
    /// few images to choose by.
    private func calibrator(_ costs: ReportCosts) throws -> ThresholdCalibrator? {
        guard subject.network.exitCount > 1,
            splits.calibration.count >= ThresholdCalibrator.minimumSampleCount
        else { return nil }
        return try ThresholdCalibrator(
            record: record(of: subject.predictor, subject.trained, on: splits.calibration),
            score: subject.trained.policy?.thresholds?.score ?? .entropy, costOfExit: costs.ofExit)
    }

    private func baseline(
        on split: some DataSplit, beside other: [Bool]
    ) throws -> Baseline? {
        guard let plain else { return nil }
        let record = try self.record(
            of: plain.predictor, plain.model, on: plain.relabelled(split))
        let answers = try RecordedAnswers(
            replaying: ThresholdPolicy(thresholds: []), from: record, of: plain.model.network)
        return Baseline(plain, isRight: answers.isRight, beside: other, of: subject.trained)
    }
}
