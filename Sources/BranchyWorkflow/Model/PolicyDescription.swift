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
    /// Its name and parameters, in a few words.
    public let text: String

    /// Describes a policy.
    public init(_ policy: any ExitPolicy) {
        text = "\(policy)"
        let deadline = policy as? DeadlinePolicy
        let rule = deadline == nil ? policy : deadline?.rule
        thresholds = rule as? ThresholdPolicy
        patience = (rule as? PatiencePolicy)?.patience
        exit = (rule as? FixedExitPolicy)?.exit
        deadlineMicroseconds = deadline.map { $0.deadline.seconds * 1e6 }
    }
}
