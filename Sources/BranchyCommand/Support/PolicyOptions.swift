public import ArgumentParser
import BranchyEvaluation
public import BranchyNet
import BranchyWorkflow
import Foundation

/// Where samples leave, if not where the model's own policy says.
struct PolicyOptions: ParsableArguments {
    @Option(
        name: [.customLong("threshold")],
        help: ArgumentHelp(
            "Threshold at which a sample leaves, one for each early exit.",
            discussion: "Repeat it or separate by commas. Entropies (in nats) have to be below it: "
                + "0 lets nobody leave early, inf everybody. Probabilities and margins have to "
                + "reach it. Without a policy, the model's own.", valueName: "T"),
        transform: ThresholdList.parse)
    var thresholds: [ThresholdList] = []

    @Option(help: "What --threshold is compared with (default: entropy).")
    var score: ExitScore.Kind?

    @Option(
        help: ArgumentHelp("Answer every image at this exit, counted from 1.", valueName: "i"),
        transform: Number.whole(1...BranchedNetwork.layerLimit))
    var exit: Int?

    @Option(
        help: ArgumentHelp(
            "Leave once so many exits in a row have repeated the answer before them.",
            valueName: "n"), transform: Number.whole(1...BranchedNetwork.layerLimit))
    var patience: Int?

    @Option(
        help: ArgumentHelp(
            "Begin no stage that cannot finish in this time, as measured at the start.",
            discussion: "The last exit visited answers. With --threshold or --patience a sample "
                + "leaves earlier where that says so.", valueName: "300us"),
        transform: Latency.parse)
    var deadline: Latency?

    func validate() throws {
        let rules = [
            ("--threshold", !thresholds.isEmpty), ("--patience", patience != nil),
            ("--exit", exit != nil),
        ].filter(\.1).map(\.0)
        guard rules.count <= 1 else {
            throw ValidationError(
                "\(rules.joined(separator: " and ")) say different things about where an image "
                    + "leaves; pass one of them")
        }
        guard score == nil || !thresholds.isEmpty else {
            throw ValidationError(
                "--score says what --threshold is compared with; pass --threshold too")
        }
        guard exit == nil || deadline == nil else {
            throw ValidationError(
                "--exit answers at its exit however long it takes; pass it or --deadline")
        }
    }

    /// The first option that says where an image leaves, if any does.
    var given: String? {
        [
            ("--threshold", !thresholds.isEmpty), ("--exit", exit != nil),
            ("--patience", patience != nil), ("--deadline", deadline != nil),
        ].first(where: \.1)?.0
    }

    /// The rule that was asked for, `nil` where none was.
    func rule(for model: TrainedModel) throws -> (any ExitPolicy)? {
        let network = model.network
        let values = thresholds.flatMap(\.values)
        if !values.isEmpty {
            let policy = ThresholdPolicy(score: try ownScore(of: model), thresholds: values)
            let fitting = try validated(policy, by: "--threshold", network, hint: commaHint)
            try Self.checkRange(of: policy, classCount: network.classCount)
            return fitting
        }
        if let exit {
            return try validated(FixedExitPolicy(exit: exit &- 1), by: "--exit", network)
        }
        guard let patience else { return nil }
        guard patience < network.exitCount - 1 else {
            throw ValidationError(
                "--patience \(patience) lets nobody leave '\(network.name)' early: it needs "
                    + "\(patience) exits that repeat the one before them, and of its "
                    + "\(network.exitCount) exits the last one always answers")
        }
        return try validated(PatiencePolicy(patience: patience), by: "--patience", network)
    }

    private func ownScore(of model: TrainedModel) throws -> ExitScore {
        do {
            return try model.score(score ?? .entropy)
        } catch {
            throw ValidationError("--score: \(error)")
        }
    }

    /// A finite threshold that no score reaches is a slip, such as per cent for a share.
    private static func checkRange(of policy: ThresholdPolicy, classCount: Int) throws {
        let largest = policy.score == .entropy ? Float(log(Double(classCount))) : 1
        for threshold in policy.thresholds where threshold > largest && threshold.isFinite {
            throw ValidationError(
                "--threshold is \(threshold), but \(policy.score.title) goes from 0 to \(largest); "
                    + "inf lets \(policy.score.acceptsAbove ? "nobody" : "everybody") leave early")
        }
    }

    /// The predictor under the deadline that was asked for, planned by times of this machine.
    func limitingTime(
        of predictor: Predictor, orEarlierBy rule: (any ExitPolicy)?
    ) throws -> Predictor {
        guard let deadline else { return predictor }
        let policy = DeadlinePolicy(
            // A duration cannot hold every number; thirty years are no deadline.
            .microseconds(min(deadline.microseconds, 1e15)),
            timeToExit: try predictor.measuredTimeToExit(), orEarlierBy: rule)
        return try predictor.with(
            policy: validated(policy, by: "--deadline", predictor.network))
    }

    /// What a comma in a number makes of it.
    private var commaHint: String {
        let hasComma = thresholds.contains { $0.values.count > 1 }
        guard hasComma else { return "" }
        return "; a comma stands between thresholds, and within one a point, as in 0.1"
    }

    private func validated(
        _ policy: any ExitPolicy, by option: String, _ network: BranchedNetwork, hint: String = ""
    ) throws -> any ExitPolicy {
        do {
            try policy.validate(exitCount: network.exitCount)
        } catch {
            throw ValidationError("\(option): \(error)\(hint)")
        }
        return policy
    }
}

extension ExitScore.Kind: ExpressibleByArgument {}

/// Numbers separated by commas.
struct ThresholdList {
    /// 0 or more, infinity too.
    let values: [Float]

    static func parse(_ argument: String) throws -> ThresholdList {
        let fields = argument.split(separator: ",", omittingEmptySubsequences: false)
        let values: [Float] = fields.compactMap { Number.real($0) }
        guard values.count == fields.count, values.allSatisfy({ $0 >= 0 }) else {
            throw ValidationError("expected numbers of 0 or more, or inf, such as 0.3 or 0.2,inf")
        }
        return ThresholdList(values: values)
    }
}
