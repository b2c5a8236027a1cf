public import ArgumentParser
import BranchyEvaluation
import BranchyNet
public import BranchyWorkflow

/// `branchynet calibrate`
struct Calibrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Choose a model's exit thresholds on held-out images.",
        discussion: """
            The calibration images were set aside when the model was trained. Every exit's answer \
            to each of them is recorded once, the time to each exit is measured on this machine or \
            read from --costs, and thresholds are scored by replay. Without an objective, the knee is \
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
            "What thresholds are compared with, or best: whichever fulfils the objective best."))
    var score: ScoreOption = .one(.entropy)

    @Option(
        help: ArgumentHelp(
            "What becomes of the temperatures that logits are divided by: keep, fit or none.",
            discussion: "fit takes the validation images; thresholds are then chosen under the new "
                + "ones.", valueName: "choice"))
    var temperatures = TemperatureChoice.keep

    @OptionGroup var costOptions: CostOptions
    @OptionGroup var certification: CertifyOptions

    @Flag(help: "Print the result as JSON on standard output.")
    var json = false

    @Flag(help: "Show no progress.")
    var quiet = false

    func validate() throws {
        let objectives = [
            knee, mostAccurate, accuracy != nil, latency != nil, exitRate != nil,
            certification.certify,
        ].filter(\.self)
        guard objectives.count <= 1 else {
            throw ValidationError(
                "one objective at a time: --knee, --most-accurate, --accuracy, --latency, --exit-rate "
                    + "or --certify")
        }
    }

    func run() throws {
        guard !certification.certify else { return try certify() }
        let result = try WorkflowDisplay.whileShown(!quiet) { observer in
            try ModelFolder(model.path).calibrate(
                for: objective, options, engine: engineOptions.inference(), observer: observer)
        }
        StandardError.warn(result.warnings)
        if json {
            try StandardOutput.write(json: result)
        } else {
            try StandardOutput.write(CalibrationReport(result).text)
        }
    }

    private func certify() throws {
        let result = try WorkflowDisplay.whileShown(!quiet) { observer in
            try ModelFolder(model.path).certify(
                certification.guarantees, splitSeed: certification.splitSeed, options,
                engine: engineOptions.inference(), observer: observer)
        }
        StandardError.warn(result.warnings)
        if json {
            try StandardOutput.write(json: result.certificate)
        } else {
            try StandardOutput.write(CertificateReport(result).text)
        }
    }

    private var options: CalibrationOptions {
        var options = CalibrationOptions()
        (options.score, options.costs) = (score.choice, costOptions.costs)
        options.temperatures = temperatures
        (options.data, options.memory) = (data.source, model.memory.limit)
        options.changesShippedModels = force
        return options
    }

    private var objective: CalibrationObjective {
        if mostAccurate { return .mostAccurate }
        if let accuracy { return .accuracy(atLeast: accuracy.fraction) }
        if let latency { return .cost(atMost: latency.microseconds) }
        if let exitRate { return .earlyExitRate(atLeast: exitRate.fraction) }
        return .knee
    }
}

extension TemperatureChoice: ExpressibleByArgument {}
