public import BranchyCompute
import BranchyData
public import BranchyEvaluation
public import BranchyNet

/// What a certificate is checked on.
public enum VerificationData: Hashable, Sendable {
    /// The calibration images that it was issued on, which have to give the same verdict.
    case calibrationImages
    /// The test parts of data sets, by name, which say whether the guarantee is kept.
    case datasets([String])
}

extension ModelFolder {
    /// Checks the model's certificate.
    ///
    ///     let verification = try ModelFolder("runs/lenet").verify(on: .calibrationImages) { _ in
    ///         try NativeEngine()
    ///     }
    ///
    /// - Parameters:
    ///   - images: on which images.
    ///   - dataFolder: the folder of data sets; where the model's were by default.
    ///   - cache: the folder of decoded images, see ``DataSource``.
    ///   - memory: how much of it may be taken.
    ///   - engine: makes what the certificate was issued by. Where it computes with other kernels,
    ///     the observer is told.
    /// - Throws: `ModelError` where there is no certificate for the model, or it was edited,
    ///   `DatasetError` where the images are others than it names, `NetworkError`; ``Interrupted``.
    public func verify(
        on images: VerificationData, dataFolder: String? = nil, cache: String? = nil,
        memory: MemoryLimit = MemoryLimit(),
        observer: WorkflowObserver = WorkflowObserver(),
        engine: (Certificate.Computation) throws -> any Engine
    ) throws -> Verification {
        var trained = try load(within: memory)
        let certificate = try CertificateFile(in: path).readMatching()
        try certificate.validate(exitCount: trained.network.exitCount)
        if let objection = certificate.objection(to: trained.temperatures) {
            observer.tell(.note("not certified: \(objection)"))
        }
        trained.temperatures = certificate.temperatures
        let engine = try engine(certificate.computation)
        let computation = Certificate.Computation(of: engine)
        if computation != certificate.computation {
            observer.tell(
                .note(
                    "not certified: the certificate is for \(certificate.computation), this is "
                        + "\(computation)"))
        }
        let predictor = try Predictor(trained, policy: certificate.policy, engine: engine)
        let splits = { (dataset: String?) in
            try DataFolder(
                DataSource(dataset, in: dataFolder, cache: cache), run: path, within: memory
            )
            .splits(of: trained, in: path, observer)
        }
        switch images {
        case .calibrationImages:
            let split = try splits(nil).calibration
            try certificate.requireSameImages(split)
            let record = try predictor.record(split, trained, "recording", observer)
            return Verification(
                certificate: certificate, checks: try certificate.recomputed(from: record))
        case .datasets(let names):
            let checks = try names.flatMap { name in
                let split = try splits(name).test
                let record = try predictor.record(split, trained, "recording", observer)
                return certificate.checks(on: record, atOnce: names.count)
            }
            return Verification(certificate: certificate, checks: checks)
        }
    }
}

extension Certificate {
    fileprivate func requireSameImages(_ split: CalibrationSplit) throws {
        guard split.checksum == dataChecksum else {
            throw DatasetError(
                .checksumMismatch,
                "\(split.name): not the calibration images of the certificate; expected SHA-256 "
                    + "\(dataChecksum), found \(split.checksum)")
        }
    }

    /// The same images have to give the same thresholds and the same proof.
    fileprivate func recomputed(
        from record: ExitRecord<CalibrationSplit>
    ) throws -> [CertificateCheck] {
        let certifier = try Certifier(
            record: record, loss: guarantee.loss, score: policy.score,
            costOfExit: microsecondsToExit, seed: splitSeed, procedure: procedure)
        return try clauses.map { clause in
            let found = try certifier.certify(
                maximumLoss: clause.guarantee.maximumLoss, confidence: clause.guarantee.confidence,
                atOnce: clauses.count)
            let isSame =
                found.point.thresholds == clause.policy.thresholds && found.proof == clause.proof
            return CertificateCheck(
                record.dataset, clause.guarantee, found.proof, atOnce: clauses.count,
                verdict: isSame ? .kept : .refuted)
        }
    }

    fileprivate func checks(
        on record: ExitRecord<TestSplit>, atOnce count: Int
    ) -> [CertificateCheck] {
        clauses.map { clause in
            CertificateCheck(
                record.dataset, clause.guarantee,
                record.losses(clause.guarantee.loss, under: clause.policy),
                atOnce: count * clauses.count)
        }
    }
}
