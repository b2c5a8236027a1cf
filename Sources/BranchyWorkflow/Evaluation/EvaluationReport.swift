public import BranchyEvaluation
public import BranchyNet

/// How accurate and how fast a model is, and where samples leave it.
public struct EvaluationReport: Sendable {
    /// What was evaluated.
    public let network: BranchedNetwork
    /// Under which policy.
    public let policy: PolicyDescription
    /// What each exit's logits were divided by; `nil` where by nothing.
    public let temperatures: ExitTemperatures?
    /// By which engine.
    public let engine: String
    /// The element type of its computation.
    public let precision: String
    /// Accuracies and exit rates.
    public let evaluation: Evaluation
    /// What is left without the answers that are too improbable, where that was asked for.
    public let sureAnswers: SureAnswers?
    /// Whether the thresholds were chosen by these very images.
    public let isInSample: Bool
    /// Whether a certificate holds for it.
    public let certification: Certification
    /// Times, where they were measured.
    public let latency: LatencyReport?
    /// The plain network beside it, where one was named.
    public let baseline: Baseline?
    /// What the classes are called.
    public let classNames: [String]
}

extension EvaluationReport {
    /// What is wrong with the model where an exit's logits are NaN or infinite; `nil` where none
    /// are.
    public var fault: String? {
        let broken = evaluation.notFinite.enumerated().filter { $0.element > 0 }
        guard !broken.isEmpty else { return nil }
        let exits = broken.map { exit, count in
            "of exit \(exit + 1) for \(Format.grouped(count)) of "
                + "\(Format.grouped(evaluation.samples)) images"
        }
        return "'\(network.name)' gives logits that are NaN or infinite: "
            + exits.joined(separator: ", ") + ". No figure of it means anything; were its "
            + "parameters damaged, or did its loss not stay finite?"
    }
}
