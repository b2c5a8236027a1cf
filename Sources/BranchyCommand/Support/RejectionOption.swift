import ArgumentParser
import BranchyWorkflow

/// How probable an answer has to be that is taken for one.
struct RejectionOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Call an answer unsure whose probability is below this, 0 to 1.", valueName: "0.6"),
        transform: Number.real(0...1))
    var rejectBelow: Double?

    /// The least probability, in what probabilities are computed in: 0.7 itself is not below 0.7.
    var leastProbability: Float? { rejectBelow.map { Float($0) } }
}
