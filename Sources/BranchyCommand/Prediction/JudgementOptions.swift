import ArgumentParser
import BranchyWorkflow

/// What `predict` makes of what exits say, besides where an image leaves.
struct JudgementOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Print what every exit says of an image, whatever the policy.",
            discussion: "A row for each exit; with --json their logits too."))
    var allExits = false

    @OptionGroup var rejection: RejectionOption

    func validate() throws {
        guard !allExits || rejection.rejectBelow == nil else {
            throw ValidationError(
                "--reject-below judges the one answer that --all-exits does not give; pass one of "
                    + "them")
        }
    }

    func style(isJSON: Bool) -> AnswerLines.Style {
        AnswerLines.Style(
            isJSON: isJSON, hasEveryExit: allExits, judges: rejection.rejectBelow != nil)
    }

    func apply(to pipeline: inout PredictionPipeline) {
        pipeline.asksEveryExit = allExits
        pipeline.leastProbability = rejection.leastProbability
    }

    /// How many answers were unsure; `nil` where all are taken.
    func summary(of counts: AnswerCounts) -> String? {
        guard let least = rejection.leastProbability else { return nil }
        return "\(Format.grouped(counts.unsureImages)) of \(Format.grouped(counts.images)) answers "
            + "are unsure, of a probability below \(least)\n"
    }
}
