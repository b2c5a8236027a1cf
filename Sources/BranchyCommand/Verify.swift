import ArgumentParser
import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyNet
import Foundation
import NativeEngine

/// `branchynet verify`
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a model's certificate.",
        discussion: """
            --recompute runs the calibration images again and expects the same thresholds and the \
            same verdict. --on asks whether the promise is kept on new labelled images, those of a \
            data set's test part. Exit code 2 where the certificate is refuted.
            """)

    @OptionGroup private var model: ModelArgument

    @Flag(help: "The same data have to give the same verdict.")
    var recompute = false

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Is the promise kept on these data sets? \(DatasetName.known).", valueName: "name"))
    var on: [String] = []

    @Option(
        help: ArgumentHelp(
            "Folder of data sets; without it, where the model's were.", valueName: "dir"),
        completion: .directory)
    var dataDir: String?

    @Flag(help: "Print the result as JSON on standard output.")
    var json = false

    @Flag(help: "Show no progress.")
    var quiet = false

    func validate() throws {
        guard recompute != !on.isEmpty else {
            throw ValidationError("ask for one of --recompute and --on")
        }
    }

    func run() throws {
        let trained = try model.load()
        let certificate = try CertificateFile(in: model.path).readMatching()
        try certificate.validate(exitCount: trained.network.exitCount)
        let engine = try Self.engine(of: certificate.computation)
        let computation = Certificate.Computation(of: engine)
        if computation != certificate.computation {
            StandardError.write(
                "not certified: the certificate is for \(certificate.computation), this is "
                    + "\(computation)\n")
        }
        let predictor = try Predictor(
            network: trained.network, parameters: trained.parameters,
            policy: certificate.policy, engine: engine)
        Interrupt.watch()
        let checks =
            recompute
            ? try recomputed(certificate, trained, predictor)
            : try on.flatMap { try checked(certificate, trained, predictor, on: $0) }
        try StandardOutput.write(
            json ? try CertificateCheck.json(checks) : CertificateCheck.table(checks, certificate))
        if checks.contains(where: { $0.verdict == .refuted }) { throw ExitCode(2) }
    }

    /// What the certificate was issued by, on this machine's kernels.
    private static func engine(
        of computation: Certificate.Computation
    ) throws -> any Engine {
        guard let choice = EngineChoice(rawValue: computation.engine),
            let precision = InferencePrecision(rawValue: computation.precision)
        else {
            throw ModelError(
                .corruptFile,
                "the certificate is for \(computation), which this program does not have")
        }
        return try Engines.inference(choice, precision)
    }

    private func recomputed(
        _ certificate: Certificate, _ trained: TrainedModel, _ predictor: Predictor
    ) throws -> [CertificateCheck] {
        let split = try DataFolder(try options([]), run: model.path, within: model.memory)
            .splits(of: trained, in: model.path).calibration
        guard split.checksum == certificate.dataChecksum else {
            throw DatasetError(
                .checksumMismatch,
                "\(split.name): not the calibration images of the certificate; expected SHA-256 "
                    + "\(certificate.dataChecksum), found \(split.checksum)")
        }
        let certifier = try Certifier(
            record: try record(predictor, trained, split), loss: certificate.promise.loss,
            score: certificate.policy.score, costOfExit: certificate.microsecondsToExit,
            seed: certificate.splitSeed, procedure: certificate.procedure)
        let clauses = certificate.clauses
        return try clauses.map { clause in
            let found = try certifier.certify(
                maximumLoss: clause.promise.maximumLoss, confidence: clause.promise.confidence,
                atOnce: clauses.count)
            let isSame =
                found.point.thresholds == clause.policy.thresholds && found.proof == clause.proof
            return CertificateCheck(
                split.name, clause.promise, found.proof, atOnce: clauses.count,
                verdict: isSame ? .kept : .refuted)
        }
    }

    private func checked(
        _ certificate: Certificate, _ trained: TrainedModel, _ predictor: Predictor,
        on name: String
    ) throws -> [CertificateCheck] {
        let data = try options(["--dataset", name])
        let split = try DataFolder(data, run: model.path, within: model.memory)
            .splits(of: trained, in: model.path).test
        let record = try record(predictor, trained, split)
        let clauses = certificate.clauses
        return clauses.map { clause in
            CertificateCheck(
                split.name, clause.promise,
                record.losses(clause.promise.loss, under: clause.policy),
                atOnce: on.count * clauses.count)
        }
    }

    private func record<Split: DataSplit>(
        _ predictor: Predictor, _ trained: TrainedModel, _ split: Split
    ) throws -> ExitRecord<Split> {
        var progress = ProgressLine(isShown: !quiet)
        defer { progress.clear() }
        let record = try ExitRecord(
            of: predictor, on: split, preprocessing: trained.preprocessing
        ) {
            try progress.step("recording", $0, of: $1)
        }
        try record.checkFinite()
        return record
    }

    private func options(_ arguments: [String]) throws -> DataOptions {
        try DataOptions.parse(arguments + (dataDir.map { ["--data-dir", $0] } ?? []))
    }
}

/// What came out of a check.
private struct CertificateCheck: Encodable {
    enum Verdict: String, Encodable {
        case kept
        case undecided
        case refuted
    }

    let dataset: String
    let loss: PromisedLoss
    let maximumLoss: Double
    let losses: LossCounts
    let interval: Estimate
    let verdict: Verdict

    /// - Parameter verdict: `nil` to judge by the interval.
    init(
        _ dataset: String, _ promise: Promise, _ losses: LossCounts, atOnce: Int,
        verdict: Verdict? = nil
    ) {
        // Two ends, and a correction for several data sets and promises at once.
        let level = promise.level(atOnce: 2 * atOnce)
        self.dataset = dataset
        loss = promise.loss
        maximumLoss = promise.maximumLoss
        self.losses = losses
        interval = Estimate(
            estimate: losses.mean, low: promise.loss.lowerBound(losses, level: level),
            high: promise.loss.upperBound(losses, level: level))
        let isKept = interval.high <= promise.maximumLoss
        let isRefuted = interval.low > promise.maximumLoss
        self.verdict = verdict ?? (isKept ? .kept : isRefuted ? .refuted : .undecided)
    }

    static func json(_ checks: [CertificateCheck]) throws -> String {
        let data = try JSONEncoder.branchyNet.encode(["checks": checks])
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    static func table(_ checks: [CertificateCheck], _ certificate: Certificate) -> String {
        var table = Table([.left, .right, .right, .right, .right, .left])
        table.add([
            "data", "images", "at most", certificate.promise.loss.rawValue, "interval", "verdict",
        ])
        for check in checks {
            table.add([
                check.dataset, Format.grouped(check.losses.samples),
                Format.percent(check.maximumLoss),
                Format.percent(check.interval.estimate),
                "\(Format.percent(check.interval.low)) to \(Format.percent(check.interval.high))",
                check.verdict.rawValue,
            ])
        }
        let promised = certificate.clauses.map { "promised: \($0.promise.words)\n" }
        return promised.joined() + "\n" + table.text
    }
}
