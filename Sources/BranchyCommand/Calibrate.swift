import ArgumentParser
import BranchyChecksum
import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyNet
import Foundation
import NativeEngine

/// `branchynet calibrate`
struct Calibrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Choose a model's exit thresholds on held-out images.",
        discussion: """
            The calibration images were set aside when the model was trained. Every exit's answer \
            to each of them is recorded once, the time to each exit is measured on this machine or \
            read from --costs, and thresholds are scored by replay. Without a wish, the knee is \
            taken: the fastest setting whose accuracy is within one standard error of the best, \
            which may give away as much; --most-accurate gives away nothing that these images can \
            tell. \
            With --certify, one half of the images chooses and the other half proves what the \
            choice costs.
            """)

    @OptionGroup var model: ModelArgument

    @Flag(help: "Change a model that came with the program.")
    var force = false

    @OptionGroup var data: DataOptions
    @OptionGroup var engineOptions: EngineOptions

    @Flag(help: "The fastest setting within one standard error of the best accuracy (default).")
    var knee = false

    @Flag(help: "The most accurate setting, of these the fastest.")
    var mostAccurate = false

    @Option(
        help: ArgumentHelp("The fastest of at least this accuracy.", valueName: "99%"),
        transform: Share.parse)
    var accuracy: Share?

    @Option(
        help: ArgumentHelp("The most accurate of at most this mean time.", valueName: "20us"),
        transform: Latency.parse)
    var latency: Latency?

    @Option(
        help: ArgumentHelp(
            "The most accurate at which at least this share leaves early.", valueName: "0.9"),
        transform: Share.parse)
    var exitRate: Share?

    @Option(
        help: ArgumentHelp(
            "What thresholds are compared with, or best: whichever fulfils the wish best."))
    var score: ScoreOption = .one(.entropy)

    @OptionGroup var costOptions: CostOptions
    @OptionGroup var certification: CertifyOptions

    @Flag(help: "Print the result as JSON on standard output.")
    var json = false

    @Flag(help: "Show no progress.")
    var quiet = false

    func validate() throws {
        let wishes = [
            knee, mostAccurate, accuracy != nil, latency != nil, exitRate != nil,
            certification.certify,
        ].filter(\.self)
        guard wishes.count <= 1 else {
            throw ValidationError(
                "one wish at a time: --knee, --most-accurate, --accuracy, --latency, --exit-rate "
                    + "or --certify")
        }
    }

    func run() throws { try StandardOutput.write(outcome()) }

    /// Calibrates, keeps the choice with the model and tells of it.
    func outcome() throws -> String {
        if !force { try ShippedModels.refuseToChange(model.path) }
        let writer = try ModelFolder(model.path).makeWriter(requiresModel: true)
        var trained = try writer.folder.read(digest: Checksum.sha256)
        try model.memory.check(trained.network)
        let given = try costOptions.microsecondsToExit(of: trained.network, by: engineOptions)
        let calibration = try DataFolder(data, run: model.path, within: model.memory)
            .splits(of: trained, in: model.path)
            .calibration
        let engine = try engineOptions.inference()
        let predictor = try Predictor(
            network: trained.network, parameters: trained.parameters,
            policy: ThresholdPolicy(
                thresholds: Array(repeating: 0, count: trained.network.exitCount - 1)),
            engine: engine)
        Interrupt.watch()
        var progress = ProgressLine(isShown: !quiet)
        let record = try ExitRecord(
            of: predictor, on: calibration, preprocessing: trained.preprocessing
        ) { done, count in
            try progress.step("recording", done, of: count)
        }
        try record.checkFinite()
        let costs =
            try given ?? measureExits(of: predictor, on: calibration, trained, &progress)
        progress.clear()
        guard !certification.certify else {
            return try certify(record, costs: costs, &trained, by: engine, writer)
        }
        let calibrator = try ScoreCalibrator(
            record: record, scores: score.scores, considersPatience: score == .best,
            costOfExit: costs)
        let choices = try choose(from: calibrator)
        // Patience has no front; beside it stands that of the best score.
        let score = choices.lazy.compactMap(\.score).first ?? calibrator.calibrators[0].score
        let front = calibrator.calibrators.first { $0.score == score }?.front ?? []
        let result = CalibrationRecord(
            wish: words + (self.score == .best ? " by the best score" : ""), score: score,
            patience: choices[0].patience, chosen: choices[0].point, front: front,
            microsecondsToExit: costs,
            costFile: costOptions.fileName, samples: record.count, dataset: record.dataset,
            dataChecksum: record.dataChecksum, engine: engine.name,
            precision: engine.arithmetic.precision)
        trained.policy = choices[0].policy
        trained.calibration = result
        try writer.update(trained, digest: Checksum.sha256)
        let warnings = warn(of: choices[0].point, choices[0].score, trained)
        return try json
            ? CalibrationDocument(record: result, warnings: warnings).json()
            : CalibrationReport(result, trained.network).text + "\n"
                + (self.score == .best ? ScoreComparison(choices).text : "")
    }

    /// Certifies thresholds and puts them in force. The model is written first: were this
    /// interrupted then, its thresholds would be other than those of the certificate, and so not
    /// certified.
    private func certify(
        _ record: ExitRecord<CalibrationSplit>, costs: [Double], _ trained: inout TrainedModel,
        by engine: any Engine, _ writer: borrowing ModelFolder.Writer
    ) throws -> String {
        let promises = certification.promises
        let certifiers = try score.scores.map {
            try Certifier(
                record: record, loss: promises[0].loss, score: $0, costOfExit: costs,
                seed: certification.splitSeed)
        }
        let certifier = Certifier.best(of: certifiers, for: promises[0], atOnce: promises.count)
        let candidates = try promises.map {
            try certifier.certify(
                maximumLoss: $0.maximumLoss, confidence: $0.confidence, atOnce: promises.count)
        }
        let clauses = zip(promises, candidates).map {
            Certificate.Clause($0, score: certifier.score, provenBy: $1, atOnce: promises.count)
        }
        let file = CertificateFile(in: model.path)
        let certificate = try Certificate(
            clauses[0], others: Array(clauses.dropFirst()), on: record,
            tuningSamples: certifier.tuningCount, splitSeed: certification.splitSeed,
            microsecondsToExit: costs, computation: .init(of: engine),
            parametersChecksum: file.parametersChecksum(),
            issuedOnSameData: file.issuedWithOneMore(for: record.dataChecksum)
        ).sealed(digest: Checksum.sha256)
        trained.policy = .thresholds(certificate.policy)
        trained.calibration = CalibrationRecord(
            wish: promises[0].words, score: certifier.score, chosen: candidates[0].point,
            front: certifier.chain.map(\.point).reversed(), microsecondsToExit: costs,
            costFile: costOptions.fileName, samples: certifier.tuningCount,
            dataset: record.dataset, dataChecksum: record.dataChecksum, engine: engine.name,
            precision: engine.arithmetic.precision)
        try writer.update(trained, digest: Checksum.sha256)
        try CertificateFile.write(certificate, by: writer)
        for candidate in candidates { warn(of: candidate.point, certifier.score, trained) }
        return try json
            ? String(decoding: JSONEncoder.branchyNet.encode(certificate), as: UTF8.self) + "\n"
            : CertificateReport(certificate, candidates.map(\.point), trained.network).text
    }

    /// Says on standard error where a choice makes no use of some exits.
    @discardableResult
    private func warn(
        of point: OperatingPoint, _ score: ExitScore?, _ trained: TrainedModel
    ) -> [String] {
        let warnings = UnusedExits(of: point, score: score, network: trained.network).warnings
        for warning in warnings { StandardError.write("warning: \(warning)\n") }
        return warnings
    }

    /// The median time to leave at each exit, in microseconds.
    private func measureExits(
        of predictor: Predictor, on split: CalibrationSplit, _ trained: TrainedModel,
        _ progress: inout ProgressLine
    ) throws -> [Double] {
        let subjects = try (0..<trained.network.exitCount).map { try predictor.leaving(at: $0) }
        let measurement = try LatencyMeasurement(
            of: subjects, on: split, preprocessing: trained.preprocessing, imageCount: 500
        ) { done, count in
            try progress.step("measuring", done, of: count)
        }
        return measurement.seconds.map { $0.median * 1e6 }
    }

    /// What each score offers, the best first.
    private func choose(from calibrator: ScoreCalibrator) throws -> [ScoreCalibrator.Choice] {
        do throws(CalibrationError) {
            return try calibrator.choices(for: wish)
        } catch {
            guard let nearest = error.nearest else { throw error }
            // Said again in units of people: the calibrator knows costs, not microseconds.
            let count = calibrator.calibrators[0].sampleCount
            throw CalibrationError(
                error.code,
                "no thresholds give an \(words) on the \(Format.grouped(count)) "
                    + "calibration images; the nearest have \(describe(nearest))",
                nearest: nearest)
        }
    }

    private var wish: ThresholdWish {
        if mostAccurate { return .mostAccurate }
        if let accuracy { return .accuracy(atLeast: accuracy.fraction) }
        if let latency { return .cost(atMost: latency.microseconds) }
        if let exitRate { return .earlyExitRate(atLeast: exitRate.fraction) }
        return .knee
    }

    /// The wish in words.
    private var words: String {
        switch wish {
        case .knee: "knee"
        case .mostAccurate: "most accurate"
        case .accuracy(let accuracy): "accuracy of at least \(Format.percent(accuracy))"
        case .cost(let cost): "average latency of at most \(Format.microseconds(cost))"
        case .earlyExitRate(let rate): "early exit rate of at least \(Format.percent(rate))"
        }
    }

    private func describe(_ point: OperatingPoint) -> String {
        let thresholds = point.thresholds.map { "\($0)" }.joined(separator: ", ")
        return "accuracy \(Format.percent(point.accuracy)), \(Format.percent(point.earlyExitRate)) "
            + "leaving early and \(Format.microseconds(point.cost))"
            // Of which score, a point does not say.
            + (score == .best ? "" : " (thresholds \(thresholds))")
    }
}
