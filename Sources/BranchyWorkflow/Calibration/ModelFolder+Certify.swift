import BranchyChecksum
public import BranchyCompute
public import BranchyEvaluation
public import BranchyNet

/// What a certification proved.
public struct CertificationResult: Sendable {
    /// What is kept with the model.
    public let certificate: Certificate
    /// What the thresholds of each guarantee did on the tuning images.
    public let points: [OperatingPoint]
    /// The network whose thresholds they are.
    public let network: BranchedNetwork
    /// Exits that a choice makes no use of, in words.
    public let warnings: [String]
}

extension ModelFolder {
    /// Chooses thresholds by one half of the calibration images, proves by the other half what they
    /// cost, and keeps both with the model.
    ///
    ///     try ModelFolder("runs/lenet").certify(
    ///         [Guarantee(loss: .harm, maximumLoss: 0.01, confidence: 0.95)], engine: NativeEngine())
    ///
    /// The model is written first: were this interrupted then, its thresholds would be other than
    /// those of the certificate, and so not certified.
    ///
    /// - Parameters:
    ///   - guarantees: what is to be guaranteed, all together; the first is put in force. One or
    ///     more, of one loss and confidence.
    ///   - splitSeed: cuts the images into tuning and proof.
    /// - Throws: as ``calibrate(for:_:engine:observer:)``.
    @discardableResult
    public func certify(
        _ guarantees: [Guarantee], splitSeed: UInt64 = 0,
        _ options: CalibrationOptions = CalibrationOptions(), engine: any Engine,
        observer: WorkflowObserver = WorkflowObserver()
    ) throws -> CertificationResult {
        guard let first = guarantees.first else {
            throw CalibrationError(.noChoice, "there is nothing to guarantee")
        }
        // The chain is of one loss, and all share the error that one confidence leaves.
        for guarantee in guarantees {
            guard guarantee.isPossible, guarantee.loss == first.loss,
                guarantee.confidence == first.confidence
            else {
                throw CalibrationError(
                    .noChoice,
                    "a guarantee of \(guarantee.words), expected a loss and a confidence between 0 "
                        + "and 1, and of all guarantees one kind of loss and one confidence")
            }
        }
        let writer = try calibrationWriter(options)
        var material = try CalibrationMaterial.gather(from: self, options, engine, observer)
        let (record, costs) = (material.record, material.costs)
        let certifiers = try material.scores.map {
            try Certifier(
                record: record, loss: first.loss, score: $0, costOfExit: costs, seed: splitSeed)
        }
        let certifier = Certifier.best(of: certifiers, for: first, atOnce: guarantees.count)
        let candidates = try guarantees.map {
            try certifier.certify(
                maximumLoss: $0.maximumLoss, confidence: $0.confidence, atOnce: guarantees.count)
        }
        let clauses = zip(guarantees, candidates).map {
            Certificate.Clause($0, score: certifier.score, provenBy: $1, atOnce: guarantees.count)
        }
        let file = CertificateFile(in: path)
        let certificate = try Certificate(
            clauses[0], others: Array(clauses.dropFirst()),
            temperatures: material.trained.temperatures, on: record,
            tuningSamples: certifier.tuningCount, splitSeed: splitSeed,
            microsecondsToExit: costs, computation: .init(of: engine),
            parametersChecksum: file.parametersChecksum(),
            issuedOnSameData: file.issuedWithOneMore(for: record.dataChecksum)
        ).sealed(digest: Checksum.sha256)
        material.trained.policy = .thresholds(certificate.policy)
        material.trained.calibration = CalibrationRecord(
            objective: first.words, score: certifier.score.kind, chosen: candidates[0].point,
            front: certifier.chain.map(\.point).reversed(), microsecondsToExit: costs,
            costFile: material.costFile, samples: certifier.tuningCount,
            dataset: record.dataset, dataChecksum: record.dataChecksum, engine: engine.name,
            precision: engine.arithmetic.precision)
        try writer.update(material.trained, digest: Checksum.sha256)
        try CertificateFile.write(certificate, by: writer)
        let network = material.trained.network
        return CertificationResult(
            certificate: certificate, points: candidates.map(\.point), network: network,
            warnings: candidates.flatMap {
                UnusedExits(of: $0.point, score: certifier.score, network: network).warnings
            })
    }
}

extension Guarantee {
    /// The guarantee as people read it.
    package var words: String {
        "\(loss.rawValue) of at most \(Format.percent(maximumLoss)) with "
            + "\(Format.percent(confidence)) confidence"
    }
}
