public import BranchyEvaluation
public import BranchyNet

/// What thresholds are compared with, or whichever score does best.
public enum ScoreChoice: Hashable, Sendable {
    /// This score.
    case one(ExitScore.Kind)
    /// All scores are tried, and with three exits or more patience; the best by the objective is
    /// taken.
    case best

    /// What is tried, in the order that decides ties. An ensemble takes two early exits: of one it
    /// is that exit.
    func kinds(exitCount: Int) -> [ExitScore.Kind] {
        switch self {
        case .one(let kind): [kind]
        case .best: ExitScore.Kind.allCases.filter { exitCount > 2 || $0 != .ensemble }
        }
    }
}

/// What becomes of a model's temperatures where thresholds are chosen, which belong to them.
public enum TemperatureChoice: String, Hashable, Sendable, CaseIterable {
    /// They stay as they are.
    case keep
    /// They are fitted to the validation images.
    case fit
    /// They are taken away: logits are not divided.
    case none
}

/// How exit thresholds are chosen on held-out images.
public struct CalibrationOptions: Hashable, Sendable {
    /// What thresholds are compared with.
    public var score = ScoreChoice.one(.entropy)
    /// What becomes of the model's temperatures.
    public var temperatures = TemperatureChoice.keep
    /// The file that names the time to each exit, as `branchynet bench --json` printed it on the
    /// machine that will predict; `nil` to measure here.
    public var costs: String?
    /// Where the calibration images are.
    public var data = DataSource()
    /// How much memory may be taken.
    public var memory = MemoryLimit()
    /// Whether a model that came with the program may be changed.
    public var changesShippedModels = false

    /// Options by default.
    public init() {}
}

/// What a calibration chose.
public struct CalibrationResult: Sendable {
    /// What is kept with the model.
    public let record: CalibrationRecord
    /// The network whose thresholds they are.
    public let network: BranchedNetwork
    /// The model's temperatures, under which they were chosen; `nil` where logits are not divided.
    public let temperatures: ExitTemperatures?
    /// What every score that was tried offers, the best first; the first is in force.
    public let choices: [ScoreCalibrator.Choice]
    /// Exits that the choice makes no use of, in words.
    public let warnings: [String]
}

extension CalibrationObjective {
    /// The objective in words.
    var words: String {
        switch self {
        case .knee: "knee"
        case .mostAccurate: "most accurate"
        case .accuracy(let accuracy): "accuracy of at least \(Format.percent(accuracy))"
        case .cost(let cost): "average latency of at most \(Format.microseconds(cost))"
        case .earlyExitRate(let rate): "early exit rate of at least \(Format.percent(rate))"
        }
    }
}

// MARK: - For machines

extension CalibrationResult: Encodable {
    private enum Key: String, CodingKey { case temperatures, warnings }

    /// The record that is kept with the model, and what is to be said of it.
    public func encode(to encoder: any Encoder) throws {
        try record.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(temperatures?.values ?? [], forKey: .temperatures)
        try container.encode(warnings, forKey: .warnings)
    }
}
