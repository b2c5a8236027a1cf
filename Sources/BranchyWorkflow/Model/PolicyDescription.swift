public import BranchyNet

/// What an exit policy is made of, for what is printed.
public struct PolicyDescription: Sendable {
    /// What is compared with which thresholds, where something is.
    public let thresholds: ThresholdPolicy?
    /// How many exits in a row have to repeat an answer, where that lets samples leave.
    public let patience: Int?
    /// Where every sample leaves, counted from 0, where that is fixed.
    public let exit: Int?
    /// The time within which samples are answered, where there is one.
    public let deadlineMicroseconds: Double?

    /// Describes a policy.
    public init(_ policy: any ExitPolicy) {
        let deadline = policy as? DeadlinePolicy
        let rule = deadline == nil ? policy : deadline?.rule
        thresholds = rule as? ThresholdPolicy
        patience = (rule as? PatiencePolicy)?.patience
        exit = (rule as? FixedExitPolicy)?.exit
        deadlineMicroseconds = deadline.map { $0.deadline.seconds * 1e6 }
    }

    /// In a few words.
    public var text: String {
        let parts = [
            thresholds.map(Self.text), patience.map { "patience \($0)" },
            exit.map { "always exit \($0 + 1)" },
            deadlineMicroseconds.map { "within " + Format.microseconds($0) },
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    private static func text(_ policy: ThresholdPolicy) -> String {
        guard !policy.thresholds.isEmpty else { return "no early exit" }
        let numbers = policy.thresholds.map { "\($0)" }.joined(separator: ", ")
        return "\(policy.score.title) \(policy.score.acceptsAbove ? "from" : "below") \(numbers)"
    }
}

extension ExitScore {
    /// The score as people write it.
    package var title: String {
        switch self {
        case .entropy: "entropy"
        case .normalizedEntropy: "normalized entropy"
        case .maximumProbability: "maximum probability"
        case .margin: "margin"
        }
    }
}
