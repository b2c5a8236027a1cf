import ArgumentParser
import BranchyCompute
import BranchyEvaluation
import BranchyNet
import BranchyWorkflow
import NativeEngine

/// `branchynet verify`
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a model's certificate.",
        discussion: """
            --recompute runs the calibration images again and expects the same thresholds and the \
            same verdict. --on asks whether the guarantee is kept on new labelled images, those of a \
            data set's test part. Exit code 2 where the certificate is refuted.
            """)

    @OptionGroup private var model: ModelArgument

    @Flag(help: "The same data have to give the same verdict.")
    var recompute = false

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Is the guarantee kept on these data sets? \(DatasetName.all).", valueName: "name"))
    var on: [String] = []

    @Option(
        help: ArgumentHelp(
            "Folder of data sets; without it, where the model's were.", valueName: "dir"),
        completion: .directory)
    var dataDir: String?

    @Option(help: DataOptions.cacheHelp, completion: .directory)
    var cache: String?

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
        let verification = try WorkflowDisplay.whileShown(!quiet) { observer in
            try ModelFolder(model.path).verify(
                on: recompute ? .calibrationImages : .datasets(on), dataFolder: dataDir,
                cache: cache,
                memory: model.memory.limit, observer: observer, engine: Self.engine)
        }
        if json {
            try StandardOutput.write(json: verification)
        } else {
            try StandardOutput.write(Self.table(verification))
        }
        if verification.isRefuted { throw ExitCode(2) }
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

    private static func table(_ verification: Verification) -> String {
        let certificate = verification.certificate
        var table = Table([.left, .right, .right, .right, .right, .left])
        table.add([
            "data", "images", "at most", certificate.guarantee.loss.rawValue, "interval", "verdict",
        ])
        for check in verification.checks {
            table.add([
                check.dataset, Format.grouped(check.losses.samples),
                Format.percent(check.maximumLoss),
                Format.percent(check.interval.estimate),
                "\(Format.percent(check.interval.low)) to \(Format.percent(check.interval.high))",
                check.verdict.rawValue,
            ])
        }
        let guaranteed = certificate.clauses.map { "guaranteed: \($0.guarantee.words)\n" }
        return guaranteed.joined() + "\n" + table.text
    }
}
